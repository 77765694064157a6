import type { PdfDocument } from '@cloudsigner/pdf'
import { PadesError } from './errors.ts'

/** Junk behind the last %%EOF is common and harmless; objects there are an update whose end was cut off. PadesError 'appended_data'. */
export async function refuseAppendedData(document: PdfDocument): Promise<void> {
  const end = document.revisions.at(-1)?.end ?? document.source.size
  const junk = document.source.size - end
  if (junk <= 0) return
  const bytes = await document.source.read(end, Math.min(junk, 64 * 1024))
  if (/\d+\s+\d+\s+obj\b/.test(String.fromCharCode(...bytes.subarray(0, 4096)))) throw new PadesError('appended_data')
}
