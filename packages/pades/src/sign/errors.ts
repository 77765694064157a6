/** Why a visible signature cannot be drawn as asked. */
export const appearanceErrors = {
  appearance_invalid: 'the visual signature has a value that cannot be used',
  appearance_empty: 'the visual signature has neither a size nor anything that would give it one',
  appearance_page_missing: 'the document has no page of this number',
  appearance_outside_page: 'the visual signature does not lie within the page',
  appearance_overlaps: 'the visual signature overlaps an annotation that is on the page',
  appearance_field_unplaced: 'the signature field has no place on a page, so that nothing can be drawn in it',
  appearance_image_invalid: 'the image is malformed',
  appearance_image_unsupported: 'the image is of a kind that is not supported',
  appearance_image_too_large: 'the image is too large',
  appearance_font_invalid: 'the font is malformed',
  appearance_font_unsupported: 'the font is of a kind that cannot be embedded',
  appearance_font_too_large: 'the font is too large',
  appearance_font_not_embedded: 'PDF/A asks for embedded fonts: send the font as customFont',
  appearance_text_unsupported: 'the text has characters that the font does not have',
  appearance_text_too_large: 'the text does not fit the visual signature',
} as const

/** Why a document or a signature is refused; what a PDF fails to be is PdfError's to say. */
export const padesErrors = {
  // the document forbids or breaks it
  encrypted: 'the document is encrypted',
  not_permitted: 'the document is encrypted, and its permissions do not include this signature (P, table 22)',
  certified_no_changes: 'the document is certified and permits no changes (DocMDP, P = 1)',
  usage_rights: 'the document has a usage-rights signature, which any change would break',
  dynamic_xfa: 'the document is a dynamic XFA form',
  pdf_mac: 'the document is protected by a MAC (ISO/TS 32004), which a revision would break',
  repaired_and_signed:
    'the cross-references are broken and the document is signed already: mending it would break that signature',
  appended_data: 'objects follow the last %%EOF: the end of the file is missing',
  // the field
  field_name_invalid: 'a new signature field cannot have this name',
  field_not_signature: 'the form has a field of this name that is no signature field',
  field_signed: 'the signature field is signed already',
  field_locked: 'an earlier signature locks this field (FieldMDP)',
  field_lock_unsupported:
    'the lock of the signature field is malformed, or permits more than an earlier signature does',
  seed_values_unmet: "the signature does not meet what the field's seed values (SV) demand",
  seed_values_unsupported: "the signature field's seed values (SV) demand constraints that are not supported",
  certification_not_first: 'the document is signed already: only its first signature may certify it',
  breaks_earlier_signature: 'the document is made so that signing it again changes what was signed before',
  // the signature
  certificate_unsupported: "the certificate's key cannot sign a PDF here",
  commitment_invalid: 'the signature policy or commitment cannot be signed as asked',
  plan_invalid: 'this is no signature plan of a version that is known here',
  signature_invalid: 'the signature value does not verify over the signed attributes under the certificate',
  signature_too_large: 'the signature does not fit the space that was reserved for it',
  // a file as prepared, looked at by its signer
  prepared_missing: 'the file has no signature that waits for its value',
  prepared_ambiguous: 'it cannot be said which signature of the file waits for its value',
  prepared_coverage: 'the signature that waits does not cover the whole file but its own value',
  // its time-stamp
  timestamp_unavailable: 'the time-stamping authority gave no token',
  timestamp_invalid: 'the time-stamp token is not one for this signature',
  timestamp_too_large: 'the time-stamp token does not fit the space that was reserved for it',
  // raising a signature to a higher level
  not_signed: 'the document has no signature that could be augmented',
  signature_broken: 'a signature of the document does not hold, so that augmenting it is no use',
  chain_incomplete: 'no valid path leads from a certificate to a trust anchor',
  certificate_revoked: 'a certificate was revoked before it is proven to have been used',
  revocation_unavailable: 'nothing says whether a certificate is revoked',
  revocation_not_fresh:
    'what is published about revocation is of before the signature: try again when the next CRL is out',
  ...appearanceErrors,
} as const

export type PadesErrorCode = keyof typeof padesErrors

export class PadesError extends Error {
  override readonly name = 'PadesError'
  readonly code: PadesErrorCode

  constructor(code: PadesErrorCode, message: string = padesErrors[code], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
