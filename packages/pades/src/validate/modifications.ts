/** What the revisions after a signature did (ISO 32000-2, 12.8.2.2.2: which changes leave a signature valid). */
import type { PdfDocument } from '@cloudsigner/pdf'
import type { CoverageVerdict } from './byte-range.ts'
import type { Modifications } from './report.ts'

/** null: not judged. */
export async function judgeModifications(
  _document: PdfDocument,
  { coverage }: CoverageVerdict,
): Promise<Modifications | null> {
  return coverage === 'ENTIRE_FILE' ? 'NONE' : null
}
