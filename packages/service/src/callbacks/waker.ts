import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Dispatched } from './dispatcher.ts'

/** Sends events promptly in the process that enqueued them; what it misses is the job's, a minute later. */
export interface Waker {
  /** A transaction that is still open has an event for this destination. */
  enqueued(destination: string): void
  /** Looks for events of a destination soon. */
  wake(destination: string): void
  stop(): Promise<void>
}

export interface WakerOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly dispatch: (destination: string) => Promise<Dispatched>
  /** A run that took up so many has left some. */
  readonly limit: number
}

/**
 * Milliseconds after an event was enqueued at which it is looked for. It is there only after a commit that the outbox does
 * not see, so that a slow transaction takes a few looks.
 */
const looks = [20, 100, 500, 2500] as const

/** Moments to come that are remembered; the job finds what goes beyond. */
const remembered = 100

/** Of one destination. Moments are milliseconds of the process's own time. */
interface Lane {
  running: Promise<void> | undefined
  timer: NodeJS.Timeout | undefined
  /** When the timer goes off. */
  due: number
  lastEnqueued: number
  /** When events that failed are to be sent again. */
  retries: readonly number[]
}

export function createWaker({ clock, logger, dispatch, limit }: WakerOptions): Waker {
  const lanes = new Map<string, Lane>()
  const now = () => performance.now()
  let stopped = false

  function laneOf(destination: string): Lane {
    const known = lanes.get(destination)
    if (known) return known
    const lane: Lane = { running: undefined, timer: undefined, due: Infinity, lastEnqueued: -Infinity, retries: [] }
    lanes.set(destination, lane)
    return lane
  }
  function lookAt(destination: string, lane: Lane, due: number): void {
    if (stopped || lane.due <= due) return
    clearTimeout(lane.timer)
    lane.due = due
    lane.timer = setTimeout(() => look(destination, lane), Math.max(0, due - now()))
    lane.timer.unref()
  }
  function look(destination: string, lane: Lane): void {
    lane.due = Infinity
    // One run at a time: what the one before missed, this one finds.
    const run = (lane.running ?? Promise.resolve())
      .then(async () => {
        if (!stopped) goOn(destination, lane, await dispatch(destination))
      })
      .catch((error) => logger.error({ err: error, destination }, 'callbacks could not be dispatched'))
    lane.running = run
  }
  function goOn(destination: string, lane: Lane, { events, retryAt }: Dispatched): void {
    const at = now()
    const retry = retryAt && at + Math.max(0, retryAt.getTime() - clock.now().getTime())
    const retries = retry === undefined ? lane.retries : [...lane.retries, retry]
    lane.retries = retries
      .filter((moment) => moment >= at)
      .toSorted((a, b) => a - b)
      .slice(0, remembered)
    if (events >= limit) lookAt(destination, lane, at)
    const moments = [...looks.map((after) => lane.lastEnqueued + after), ...lane.retries].filter(
      (moment) => moment > at,
    )
    if (moments.length > 0) lookAt(destination, lane, Math.min(...moments))
  }

  return {
    enqueued(destination) {
      const lane = laneOf(destination)
      lane.lastEnqueued = now()
      lookAt(destination, lane, lane.lastEnqueued + looks[0])
    },
    wake(destination) {
      lookAt(destination, laneOf(destination), now())
    },
    async stop() {
      stopped = true
      for (const lane of lanes.values()) clearTimeout(lane.timer)
      await Promise.all([...lanes.values()].map((lane) => lane.running))
    },
  }
}
