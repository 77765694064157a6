import type { Kysely } from 'kysely'
import type { JobHandler, JobQueue, JobQueueOptions, WorkOptions } from './job-queue.ts'
import { insertJob } from './job-store.ts'
import type { JobTables } from './job-table.ts'
import { startWorker, type Worker } from './worker.ts'

/** The queue of one schema, in its table `job`. */
export function createJobQueue(db: Kysely<unknown>, options: JobQueueOptions): JobQueue {
  // `migrate` gave the schema its table `job`.
  const jobs = db as Kysely<JobTables>
  const workers = new Map<string, Worker>()
  const newId = () => Buffer.from(options.random(16)).toString('hex')

  function work(kind: string, handler: JobHandler, settings: WorkOptions, repeatSeconds?: number): void {
    if (workers.has(kind)) throw new Error(`jobs of kind ${kind} are worked on already`)
    workers.set(kind, startWorker({ jobs, kind, handler, settings, repeatSeconds, ...options }))
  }
  return {
    async send(transaction, kind, payload, settings = {}) {
      const id = newId()
      const sent = await insertJob(jobs, transaction, { id, kind, payload, ...settings }, options.clock.now())
      if (sent) workers.get(kind)?.wake()
      return sent ? id : undefined
    },
    work(kind, handler, settings = {}) {
      work(kind, handler, settings)
    },
    async every(kind, intervalSeconds, handler, settings = {}) {
      const now = options.clock.now()
      const first = { id: newId(), kind, payload: null, key: 'every', notBefore: after(now, intervalSeconds) }
      await jobs.transaction().execute((transaction) => insertJob(jobs, transaction, first, now))
      // Due to within a tenth of its interval: what runs once a day is not looked for every second.
      const pollSeconds = Math.min(30, Math.max(1, intervalSeconds / 10))
      work(kind, handler, { pollSeconds, ...settings }, intervalSeconds)
    },
    async stop() {
      await Promise.all([...workers.values()].map((worker) => worker.stop()))
      workers.clear()
    },
  }
}

function after(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000)
}
