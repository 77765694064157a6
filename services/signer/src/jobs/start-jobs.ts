import type { JobQueue } from '@cloudsigner/service'
import type { SignerConfig } from '../config.ts'
import type { SignerContext } from '../context.ts'
import { cleanDocuments } from './clean-documents.ts'
import { tellExpiredDocuments } from './expire-documents.ts'
import { markExpiredSigners } from './expire-signers.ts'
import { forgetEnrolments } from './forget-enrolments.ts'
import { readSegmentsBack } from './read-segments-back.ts'
import { renewSigners } from './renew-signers.ts'
import { resumeSignings } from './resume-signings.ts'
import { sweepStrayBlobs } from './sweep-stray-blobs.ts'

const minute = 60
const day = 24 * 3600

/** Each runs in one replica at a time. */
export async function startJobs(config: SignerConfig, context: SignerContext, jobs: JobQueue): Promise<void> {
  const every = (kind: string, seconds: number, run: (signal: AbortSignal) => Promise<unknown>, leaseSeconds = 300) =>
    jobs.every(kind, seconds, async (_job, signal) => void (await run(signal)), { leaseSeconds })

  const { waiting, rejected, signed } = config.documents?.retentionSeconds ?? {}
  const retention = {
    ...(waiting === undefined ? {} : { WAITING: waiting }),
    ...(rejected === undefined ? {} : { REJECTED: rejected }),
    ...(signed === undefined ? {} : { SIGNED: signed }),
  }
  await every('read-segments-back', minute, (signal) => readSegmentsBack(context, signal))
  await every('resume-signings', 15, (signal) => resumeSignings(context, signal))
  await every('forget-enrolments', 3600, () => forgetEnrolments(context))
  await every('sweep-stray-blobs', 5 * minute, (signal) => sweepStrayBlobs(context, signal))
  await every('document-cleanup', day, (signal) => cleanDocuments(context, retention, signal))
  await every('document-expiration', minute, (signal) => tellExpiredDocuments(context, signal))
  await every('signer-expiration', day, () => markExpiredSigners(context))
  // As long as its calls of the CA may take.
  await every('signer-renewal', 15 * minute, (signal) => renewSigners(context, signal), 15 * minute)
}
