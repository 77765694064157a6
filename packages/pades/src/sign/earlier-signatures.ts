/** That a revision leaves the earlier signatures of its document valid: looked at as a validator will, before anything is signed. */
import {
  bytesSource,
  type OpenOptions,
  openDocument,
  type PdfSource,
  type Revision,
  segmentsSource,
} from '@cloudsigner/pdf'
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
  const did = await judgeRevision(updated, updated.revisions.length - 1, maxVisits)
  if (did === 'OTHER') throw new PadesError('breaks_earlier_signature')
}
