/** Every way in which a phone refuses to sign what a server gave it. */
export const documentRefusals = {
  other_device: 'The document is for another device',
  not_waiting: 'The document does not wait for a signature',
  certificate_unknown: 'This phone was not enrolled in Cloud mode, and knows no key that it could release',
  certificate_other_key: "The certificate is for another key than this phone's",
  certificate_not_pinned: 'The certificate is none that this phone was given when it was enrolled',
  not_prepared: 'The file is not one that waits for this signature',
  other_hash: 'The server asks for a signature over something else than the document that was shown',
  approval_missing: 'The server gives nothing to approve, though it keeps the key',
  approval_malformed: 'What the server asks this phone to sign is no approval',
  approval_other_signer: 'The approval is for another signer',
  approval_other_certificate: 'The approval is for another certificate',
  approval_other_document: 'The approval is for something else than the document that was shown',
  approval_other_algorithm: 'The approval is for another kind of signature',
  approval_expired: 'The approval has expired',
  operation_other: 'The operation is for something else than the document that was shown',
  operation_ended: 'The operation waits no longer',
  binding_malformed: 'What the server asks this phone to sign is no binding of its key',
  binding_other_signer: "The binding is for another phone's key",
} as const satisfies Record<string, string>

export type DocumentRefusal = keyof typeof documentRefusals

/** Nothing was signed, and nothing approved. The person should tell the bank. */
export class DocumentRefused extends Error {
  override readonly name = 'DocumentRefused'
  readonly code: DocumentRefusal

  constructor(code: DocumentRefusal, options?: ErrorOptions) {
    super(documentRefusals[code], options)
    this.code = code
  }
}
