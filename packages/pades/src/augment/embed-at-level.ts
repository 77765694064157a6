import { bytesSource, type PdfSource, segmentsSource } from '@cloudsigner/pdf'
import type { CryptoProvider } from '@cloudsigner/pki'
import { embedSignature } from '../sign/embed.ts'
import { PadesError } from '../sign/errors.ts'
import type { SignaturePlan } from '../sign/plan.ts'
import type { TimeStampTransport } from '../timestamp/request.ts'
import { type AugmentOptions, augmentSignatures } from './augment.ts'

/** A level, and what it takes. */
export type EmbedAtLevelOptions =
  | { readonly level: 'B-B'; readonly crypto: Pick<CryptoProvider, 'digest' | 'verify'> }
  | Omit<AugmentOptions, 'digestOfSource'>

/**
 * The segments to append for a signature of this level: its own revision, with a time-stamp in it from B-T on, and what further revisions
 * the level takes. A token that does not fit the room that the plan kept leaves the signature as it was approved; a document time-stamp in
 * the next revision then gives it its time. Errors of embedSignature and augmentSignatures.
 */
export async function embedAtLevel(
  source: PdfSource,
  plan: SignaturePlan,
  signature: Uint8Array,
  options: EmbedAtLevelOptions,
): Promise<readonly Uint8Array[]> {
  if (options.level === 'B-B') return [await embedSignature(plan, signature, { crypto: options.crypto })]
  const { crypto, timeStamp } = options
  const { segment, stamped } = await embedTimeStamped(plan, signature, crypto, timeStamp)
  if (options.level === 'B-T' && stamped) return [segment]
  const signed = segmentsSource([source, bytesSource(segment)])
  return [segment, ...(await augmentSignatures(signed, options))]
}

async function embedTimeStamped(
  plan: SignaturePlan,
  signature: Uint8Array,
  crypto: CryptoProvider,
  timeStamp: TimeStampTransport | readonly TimeStampTransport[],
): Promise<{ readonly segment: Uint8Array; readonly stamped: boolean }> {
  try {
    return { segment: await embedSignature(plan, signature, { crypto, timeStamp }), stamped: true }
  } catch (error) {
    if (!(error instanceof PadesError && error.code === 'timestamp_too_large')) throw error
    return { segment: await embedSignature(plan, signature, { crypto }), stamped: false }
  }
}
