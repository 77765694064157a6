import type { SignerContext } from '../context.ts'
import { forgetBlob, listStrayBlobs } from '../store/stray-blob-store.ts'

const batch = 500

/**
 * Removes blobs that were written for a request that never ended (the process was killed), or whose document was deleted
 * and which could not be removed then. Running twice, or in two replicas at once, does no harm.
 */
export async function sweepStrayBlobs(context: SignerContext, signal?: AbortSignal): Promise<number> {
  const before = new Date(context.clock.now().getTime() - context.settings.strayBlobSeconds * 1000)
  let swept = 0
  for (;;) {
    const names = await listStrayBlobs(context.db, before, batch)
    for (const name of names) {
      if (signal?.aborted) return swept
      // The blob first: killed in between, the row is still there and the next sweep ends the work.
      await context.blobs.delete(name)
      await forgetBlob(context.db, name)
      swept += 1
    }
    if (names.length < batch) break
  }
  if (swept > 0) context.logger.info({ swept }, 'stray blobs removed')
  return swept
}
