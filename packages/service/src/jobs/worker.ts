import type { Kysely } from 'kysely'
import { backOffSeconds } from '../back-off.ts'
import type { Job, JobHandler, JobQueueOptions, WorkOptions } from './job-queue.ts'
import { claimJobs, type Outcome, purgeFailedJobs, settleJob } from './job-store.ts'
import type { JobTables } from './job-table.ts'

export interface Worker {
  /** Looks at the table soon, rather than at the next poll. */
  wake(): void
  stop(): Promise<void>
}

export interface WorkerOptions extends JobQueueOptions {
  readonly jobs: Kysely<JobTables>
  readonly kind: string
  readonly handler: JobHandler
  readonly settings: WorkOptions
  /** A job that repeats: when it ends, well or not, it waits for its next time. */
  readonly repeatSeconds?: number | undefined
}

const defaults = { concurrency: 1, maxAttempts: 10, leaseSeconds: 300, pollSeconds: 1 }
/** A job sent in a transaction is there only after the commit, which the queue does not see. */
const wakeDelay = 20

/** Jobs that were given up can be looked at for so long, in milliseconds. */
const failedKept = 30 * 24 * 3600 * 1000

/** Runs jobs of one kind: fills its free places, waits for the next poll, begins again. */
export function startWorker(options: WorkerOptions): Worker {
  const { jobs, kind, handler, logger, clock } = options
  const settings = { ...defaults, ...options.settings }
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined

  async function look(): Promise<void> {
    const free = settings.concurrency - running.size
    if (free <= 0) return
    const now = clock.now()
    const leasedUntil = new Date(now.getTime() + settings.leaseSeconds * 1000)
    const claimed = await claimJobs(jobs, kind, { limit: free, now, leasedUntil })
    for (const job of claimed) {
      const run = runJob(job).finally(() => {
        running.delete(run)
        lookAfter(0)
      })
      running.add(run)
    }
  }
  async function runJob(job: Job): Promise<void> {
    const error = await failureOf(() => handler(job, stopping.signal))
    if (error !== undefined) logger.warn({ err: error, kind, job: job.id, attempt: job.attempt }, 'a job failed')
    try {
      const settled = await settleJob(jobs, job, outcomeOf(job, error), clock.now())
      if (!settled) logger.warn({ kind, job: job.id, attempt: job.attempt }, 'a job outlived its lease')
      if (error !== undefined) await purgeFailedJobs(jobs, kind, new Date(clock.now().getTime() - failedKept))
    } catch (failure) {
      logger.error({ err: failure, kind, job: job.id }, 'the end of a job could not be recorded; it will run again')
    }
  }
  function outcomeOf(job: Job, error: unknown): Outcome {
    const text = error === undefined ? null : error instanceof Error ? error.message : String(error)
    const now = clock.now().getTime()
    if (options.repeatSeconds !== undefined)
      return { state: 'waiting', notBefore: new Date(now + options.repeatSeconds * 1000), attempt: 0, error: text }
    if (text === null) return { state: 'done' }
    if (job.attempt >= settings.maxAttempts) return { state: 'failed', error: text }
    const delay = (settings.retryDelaySeconds ?? backOffSeconds)(job.attempt) * 1000
    return { state: 'waiting', notBefore: new Date(now + delay), attempt: job.attempt, error: text }
  }
  function lookAfter(milliseconds: number): void {
    if (stopping.signal.aborted) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      looking = (looking ?? Promise.resolve())
        .then(look)
        .catch((error) => logger.error({ err: error, kind }, 'the job table could not be read'))
        .then(() => lookAfter(settings.pollSeconds * 1000))
    }, milliseconds)
  }
  lookAfter(0)

  return {
    wake: () => lookAfter(wakeDelay),
    async stop() {
      stopping.abort()
      clearTimeout(timer)
      await looking
      await Promise.all(running)
    },
  }
}

/** What the handler threw, at once or later; undefined where it did its work. */
async function failureOf(run: () => Promise<void>): Promise<unknown> {
  try {
    await run()
    return undefined
  } catch (thrown) {
    return thrown ?? new Error('the handler threw nothing')
  }
}
