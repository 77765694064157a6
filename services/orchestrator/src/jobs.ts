import type { JobQueue } from '@cloudsigner/service'
import { resumeUnfinished } from './actions/prepare-session.ts'
import type { OrchestratorContext } from './context.ts'
import { forgetReceived } from './store/callbacks.ts'

/** A session is unfinished for no longer than its upload takes; after that nobody is at it any more. */
export const requestTimeoutSeconds = 600
const resumeAfterSeconds = 2 * requestTimeoutSeconds

const day = 24 * 3600
/** Longer than a sender keeps an event. */
const rememberedDays = 40

/** `register` has PowerAuth tell this service of what happens; null where nobody is to be told. */
export async function startJobs(
  context: OrchestratorContext,
  jobs: JobQueue,
  register: (() => Promise<void>) | null,
): Promise<void> {
  const { db, clock } = context
  await jobs.every('resume-received', 60, () => resumeUnfinished(context, resumeAfterSeconds))
  await jobs.every('forget-callbacks', day, () =>
    forgetReceived(db, new Date(clock.now().getTime() - rememberedDays * day * 1000)),
  )
  if (register === null) return
  jobs.work('register-callbacks', register, { maxAttempts: 10_000 })
  // One of the replicas that start does it, and tries again while PowerAuth is away.
  await db.transaction().execute((transaction) => jobs.send(transaction, 'register-callbacks', null, { key: 'start' }))
}
