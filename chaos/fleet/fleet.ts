import type { WholeReadyFile } from '../../apps/cli/src/up/ready-file.ts'

/** A process that can be killed at any moment and started again. */
export interface Victim {
  readonly name: string
  /** `kill -9`, also while it starts; resolves when it is gone. */
  kill(): Promise<void>
  /** Resolves when it answers, or when it was killed meanwhile. Rejects where it ended by itself. */
  start(): Promise<void>
}

/** Where the auditor finds the rows. */
export type DatabasePlace = { readonly url: string } | { readonly directory: string }

/** Every process of a running stack. */
export interface Fleet {
  /** As its clients see it. */
  readonly ready: WholeReadyFile
  /** The replicas of each service; `database` is one of them where it can be killed. */
  readonly victims: readonly (readonly Victim[])[]
  /** Data directory: blobs, certificates. */
  readonly dataDirectory: string
  readonly database: DatabasePlace
  /** Processes that ended though nobody had killed them, a sentence each. */
  deaths(): readonly string[]
  /** Services drain and end; the database can still be read. */
  stopServices(): Promise<void>
  /** Ends everything that is left. */
  close(): Promise<void>
}
