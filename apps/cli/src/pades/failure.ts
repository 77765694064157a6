import { PadesError } from '@cloudsigner/pades'
import { PdfError } from '@cloudsigner/pdf'
import { PkiError } from '@cloudsigner/pki'

/** Called wrongly: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A file of the caller that is not what it should be, or an authority that is not reached: exit status 1. */
export class FileFailure extends Error {
  override readonly name = 'FileFailure'
}

/** What to tell the caller; undefined for a fault of ours, which keeps its stack. */
export function failureOf(error: unknown): { readonly message: string; readonly exitCode: 1 | 2 } | undefined {
  if (error instanceof UsageError) return { message: error.message, exitCode: 2 }
  if (error instanceof PadesError || error instanceof PdfError) {
    const offset = error instanceof PdfError && error.offset !== null ? ` (byte ${error.offset})` : ''
    return { message: `${error.code}: ${error.message}${causeOf(error)}${offset}`, exitCode: 1 }
  }
  if (error instanceof PkiError || error instanceof FileFailure) return { message: error.message, exitCode: 1 }
  if (error instanceof Error && 'syscall' in error) return { message: error.message, exitCode: 1 }
  return undefined
}

/** Why an authority gave nothing is said by what it was asked through. */
function causeOf({ cause }: Error): string {
  return cause instanceof Error && !(cause instanceof PkiError) ? `: ${cause.message}` : ''
}
