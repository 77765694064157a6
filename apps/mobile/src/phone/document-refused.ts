/** Every way in which this phone refuses to sign what a server gave it. */
export const documentRefusals = {
  not_prepared: 'The file has no empty signature of ours at its end',
  original_changed: 'The file was changed in front of what was added for the signature',
  other_attributes: 'The server asks for a signature over something other than this document',
  other_certificate: 'The certificate is for another key than this phone’s',
  other_approval: 'The server asks this phone to approve something other than what was shown',
} as const satisfies Record<string, string>

export type DocumentRefusal = keyof typeof documentRefusals

/** Nothing was signed. The person should tell the bank. */
export class DocumentRefused extends Error {
  override readonly name = 'DocumentRefused'
  readonly refusal: DocumentRefusal

  constructor(refusal: DocumentRefusal, options?: ErrorOptions) {
    super(documentRefusals[refusal], options)
    this.refusal = refusal
  }
}
