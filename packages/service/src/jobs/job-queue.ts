import type { Clock } from '../clock.ts'
import type { AnyTransaction } from '../database/database.ts'
import type { Logger } from '../logger.ts'
import type { Random } from '../random.ts'

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue | undefined }

export interface Job {
  readonly id: string
  readonly kind: string
  readonly payload: JsonValue
  /** 1 at the first run. */
  readonly attempt: number
}

export interface SendOptions {
  /** Not run before; at once where absent. */
  readonly notBefore?: Date
  /** While a job of this kind and key waits or runs, another is not made. */
  readonly key?: string
}

export interface WorkOptions {
  /** Jobs that run at a time in this process; 1 where absent. */
  readonly concurrency?: number
  /** Runs before a job is given up as failed; 10 where absent. */
  readonly maxAttempts?: number
  /** How long a run may take before another replica may take the job, in seconds; 300 where absent. */
  readonly leaseSeconds?: number
  /** How often the table is looked at when nothing is going on, in seconds; 1 where absent, and less often for `every`. */
  readonly pollSeconds?: number
  /** Seconds before a failed job runs again, by its attempt; from 2 s by ×1.5 to at most 32 s where absent. */
  readonly retryDelaySeconds?: (attempt: number) => number
}

export type JobHandler = (job: Job, signal: AbortSignal) => Promise<void>

/**
 * Work that outlives its request. A job is run at least once: by one replica at a time, and again where a run failed or
 * its process died. Handlers are therefore written so that a second run does no harm.
 */
export interface JobQueue {
  /**
   * Sends a job as part of `transaction`: it exists if and only if that commits. Resolves with its id, or undefined
   * where the key is taken.
   */
  send(
    transaction: AnyTransaction,
    kind: string,
    payload: JsonValue,
    options?: SendOptions,
  ): Promise<string | undefined>
  /** Runs jobs of a kind in this process until `stop`. */
  work(kind: string, handler: JobHandler, options?: WorkOptions): void
  /** Runs `handler` every `intervalSeconds`, in one replica at a time; the first time one interval from now. */
  every(kind: string, intervalSeconds: number, handler: JobHandler, options?: WorkOptions): Promise<void>
  /** Takes no more jobs, aborts the signal of those that run and waits for them. */
  stop(): Promise<void>
}

export interface JobQueueOptions {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}
