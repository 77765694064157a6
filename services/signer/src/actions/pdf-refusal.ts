import { PadesError, PdfError } from '@cloudsigner/pades'
import { SignerProblem } from '../domain/signer-problem.ts'

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
