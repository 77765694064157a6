/** Asks for the list again and again, and tells what changed. */
import type { MobileToken, OperationList } from './mobile-token.ts'
import { MobileTokenError } from './mobile-token-error.ts'

export interface WatchOptions {
  /** Milliseconds from an answer to the next question; 7000 where absent. */
  readonly intervalMs?: number
  /** Ends the watch. */
  readonly signal: AbortSignal
  /** Called with the first list, and with each one that differs from the one before. */
  readonly onChange: (list: OperationList) => void
  /** Called for a question that failed; the watch goes on. */
  readonly onError?: (error: MobileTokenError) => void
  /** Waits, or returns early where the signal ends it; the platform's timer where absent. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>
}

const DEFAULT_INTERVAL_MS = 7000

/** Fulfils when `signal` ends it. */
export async function watchOperations(mobileToken: Pick<MobileToken, 'list'>, options: WatchOptions): Promise<void> {
  const { intervalMs = DEFAULT_INTERVAL_MS, signal, onChange, onError, sleep = sleepByTimer } = options
  let seen: string | undefined
  while (!signal.aborted) {
    try {
      const list = await mobileToken.list()
      const now = JSON.stringify(list.operations)
      if (now !== seen && !signal.aborted) onChange(list)
      seen = now
    } catch (error) {
      if (!(error instanceof MobileTokenError)) throw error
      if (!signal.aborted) onError?.(error)
    }
    await sleep(intervalMs, signal)
  }
}

function sleepByTimer(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end)
  })
}
