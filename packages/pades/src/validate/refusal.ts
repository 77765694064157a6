/** Files that can be read and are not validated all the same. */

/** More signatures than this in one file are refused: each costs a pass over the file. */
export const MAX_SIGNATURES = 256

export const refusals = {
  encrypted: 'the file is encrypted; its signatures are validated with its password only (reading.decryption)',
  signature_limit: `the file has more than ${MAX_SIGNATURES} signatures`,
} as const
export type RefusalCode = keyof typeof refusals

export class ValidationRefusal extends Error {
  override readonly name = 'ValidationRefusal'
  readonly code: RefusalCode
  constructor(code: RefusalCode) {
    super(refusals[code])
    this.code = code
  }
}
