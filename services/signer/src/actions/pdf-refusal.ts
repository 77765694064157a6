import { appearanceErrors, PadesError, PdfError } from '@cloudsigner/pades'
import { SignerProblem } from '../domain/signer-problem.ts'

/** A visual signature that the document does not take; anything else goes on to `uploadError`. */
export function visualSignatureError(cause: unknown): never {
  if (cause instanceof PadesError && (Object.hasOwn(appearanceErrors, cause.code) || cause.code.startsWith('field_'))) {
    const reason = { reason: cause.code }
    throw new SignerProblem(
      'DOCUMENT_VISUAL_SIGNATURE_ERROR',
      `The visual signature is refused: ${cause.message}`,
      reason,
      { cause },
    )
  }
  return uploadError(cause)
}

/** A file that pades cannot sign, said in a sentence; anything else is not the uploader's fault and goes on as it is. */
export function uploadError(cause: unknown): never {
  if (cause instanceof PdfError || cause instanceof PadesError) {
    const offset = cause instanceof PdfError && cause.offset !== null ? ` (at byte ${cause.offset})` : ''
    throw new SignerProblem(
      'DOCUMENT_UPLOAD_ERROR',
      `The file cannot be signed: ${cause.message}${offset}`,
      { reason: cause.code },
      { cause },
    )
  }
  throw cause
}
