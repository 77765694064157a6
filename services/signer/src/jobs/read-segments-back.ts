import type { SignerContext } from '../context.ts'
import { listSegmentsToReadBack, recordReadBack } from '../store/document-store.ts'

const batch = 50

/**
 * Reads stored segments back against the digest that was taken while they were written: what storage has damaged is
 * known before somebody asks for it, and is never given out.
 */
export async function readSegmentsBack(context: SignerContext, signal?: AbortSignal): Promise<void> {
  for (;;) {
    const segments = await listSegmentsToReadBack(context.db, batch)
    for (const segment of segments) {
      if (signal?.aborted) return
      const intact = await isIntact(context, segment)
      if (!intact) context.logger.error({ blob: segment.blob }, 'a stored segment is damaged')
      await recordReadBack(context.db, segment.blob, intact)
    }
    if (segments.length < batch) return
  }
}

async function isIntact(
  context: SignerContext,
  segment: { readonly blob: string; readonly size: number; readonly digest: Uint8Array },
): Promise<boolean> {
  const hash = context.crypto.createHash('SHA-256')
  try {
    for await (const piece of context.blobs.stream(segment.blob, 0, segment.size)) hash.update(piece)
  } catch (error) {
    context.logger.error({ err: error, blob: segment.blob }, 'a stored segment cannot be read')
    return false
  }
  return context.crypto.timingSafeEqual(hash.digest(), segment.digest)
}
