import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { lockDirectory } from '../files/directory-lock.ts'
import { flushDirectory, flushTree } from '../files/flush.ts'
import type { JobQueueOptions } from '../jobs/job-queue.ts'
import { type Database, DatabaseError } from './database.ts'
import { DurableNodeFS, durableStartParams } from './durable-node-fs.ts'
import { createKyselyDatabase } from './kysely-database.ts'
import { ExclusivePGliteDialect } from './pglite-dialect.ts'
import { copyTemplate } from './pglite-template.ts'
import { parseInt8, typeOid } from './value-parsers.ts'

export interface PGliteOptions {
  readonly directory: string
  /** Where the template of fresh databases is kept. */
  readonly cacheDirectory?: string | undefined
  /** False leaves flushing to the operating system: for tests, whose data no power cut can hurt. */
  readonly durable?: boolean
  readonly queue: JobQueueOptions
}

/**
 * Opens the embedded database in `directory`, making it at the first call. One process at a time: throws DatabaseError
 * `in_use` while another lives that has it open.
 */
export async function openPGlite(options: PGliteOptions): Promise<Database> {
  const { directory } = options
  await mkdir(dirname(directory), { recursive: true })
  const lock = await lockDirectory(directory)
  if (!lock.acquired)
    throw new DatabaseError('in_use', `The database ${directory} is in use by process ${lock.holder}.`)
  try {
    await createDirectory(options)
    const pglite = await PGlite.create({
      parsers: { [typeOid.int8]: parseInt8 },
      ...(options.durable === false
        ? { dataDir: directory }
        : { fs: new DurableNodeFS(directory), startParams: [...durableStartParams] }),
    })
    return createKyselyDatabase('pglite', new ExclusivePGliteDialect(pglite), options.queue, async () => {
      await pglite.close()
      await lock.release()
    })
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** What has the final name is complete: a creation that was killed leaves only the other name, and starts again. */
async function createDirectory({ directory, cacheDirectory, durable }: PGliteOptions): Promise<void> {
  if (await stat(directory).catch(() => undefined)) return
  const unfinished = `${directory}.creating`
  await rm(unfinished, { recursive: true, force: true })
  await copyTemplate(unfinished, cacheDirectory)
  if (durable !== false) await flushTree(unfinished)
  await rename(unfinished, directory)
  if (durable !== false) await flushDirectory(dirname(directory))
}
