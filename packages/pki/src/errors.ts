/** What went wrong, for callers that branch. One code for each kind of message, since a caller acts on the message, not on the clause. */
export type PkiErrorCode =
  | 'der_malformed'
  | 'pem_malformed'
  | 'too_large'
  | 'algorithm_unsupported'
  | 'name_malformed'
  | 'certificate_malformed'
  | 'request_malformed'
  | 'cms_malformed'
  | 'crl_malformed'
  | 'ocsp_malformed'
  | 'tsp_malformed'
  | 'binding_malformed'
  | 'approval_malformed'

/** Malformed, unsupported or oversized input. `offset` counts bytes from the start of what was handed in, where known. */
export class PkiError extends Error {
  override readonly name = 'PkiError'
  readonly code: PkiErrorCode
  readonly offset: number | undefined

  constructor(code: PkiErrorCode, message: string, options: { offset?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.offset = options.offset
  }
}
