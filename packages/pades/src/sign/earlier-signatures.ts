/** That a revision leaves the earlier signatures of its document valid: looked at as a validator will, before anything is signed. */
import {
  bytesSource,
  type OpenOptions,
  openDocument,
  type PdfDocument,
  PdfError,
  type PdfSource,
  type Revision,
  segmentsSource,
} from '@cloudsigner/pdf'
import type { Modifications } from '../validate/report.ts'
import { judgeRevision } from '../validate/revision-difference.ts'
import { PadesError } from './errors.ts'

/** Objects that are looked at. A document with more is signed all the same: what is written is made to be permitted, whatever else it holds. */
const maxVisits = 5_000

/** PadesError 'breaks_earlier_signature': where the document itself was made so that what is added changes what was signed. */
export async function refuseBreaking(source: PdfSource, { bytes }: Revision, reading: OpenOptions): Promise<void> {
  const updated = await openDocument(segmentsSource([source, bytesSource(bytes)]), {
    ...reading,
    repair: 'never',
  })
  if ((await judge(updated)) === 'OTHER') throw new PadesError('breaks_earlier_signature')
}

/** null where it cannot be said: the document is too large, or has an object that cannot be read and is nobody's concern here. */
async function judge(updated: PdfDocument): Promise<Modifications | null> {
  try {
    return await judgeRevision(updated, updated.revisions.length - 1, maxVisits)
  } catch (error) {
    if (error instanceof PdfError) return null
    throw error
  }
}
