/** Judges the signatures that a document came with, in a worker: a large one must not hold the screen up. */

import { trustedScriptUrl } from '../state/trusted-types.ts'
import workerUrl from './earlier-signatures-worker.ts?worker&url'

export interface EarlierSignatures {
  readonly count: number
  /** All of them are intact. Whom they are of is not judged: the phone trusts no authorities of its own. */
  readonly sound: boolean
}

/** Rejects where the document cannot be judged at all. */
export async function judgeEarlierSignatures(bytes: Uint8Array): Promise<EarlierSignatures> {
  const worker = new Worker(trustedScriptUrl(workerUrl), { type: 'module' })
  try {
    return await new Promise<EarlierSignatures>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<EarlierSignatures | null>) =>
        data === null ? reject(new Error('The signatures could not be judged')) : resolve(data)
      worker.onerror = () => reject(new Error('The signatures could not be judged'))
      worker.postMessage(bytes)
    })
  } finally {
    worker.terminate()
  }
}
