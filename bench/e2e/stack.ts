/** The stack as a bank runs it: each service a process, one PostgreSQL that flushes what it commits, blobs as files. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgresServer } from '@cloudsigner/service/testing'
import pg from 'pg'
import type { WholeReadyFile } from '../../apps/cli/src/up/ready-file.ts'
import { type ServiceProcess, startService } from './service-process.ts'

export interface Stack {
  readonly ready: WholeReadyFile
  readonly services: readonly ServiceProcess[]
  /** PostgreSQL's postmaster. */
  readonly databasePid: number
  /** What PostgreSQL says of its settings, for the report. */
  readonly databaseSettings: Readonly<Record<string, string>>
  /** For files of the run; goes with the stack. */
  readonly folder: string
  close(): Promise<void>
}

export async function startStack(): Promise<Stack> {
  const closing: (() => Promise<unknown>)[] = []
  const makeFolder = async () => {
    const made = await mkdtemp(join(tmpdir(), 'cloudsigner-bench-'))
    closing.push(() => rm(made, { recursive: true, force: true }))
    return made
  }
  const folder = await makeFolder()
  const close = async () => {
    for (const step of closing.toReversed()) await step()
  }
  try {
    const database = await startPostgresServer({ directory: await makeFolder(), fsync: true })
    closing.push(() => database.stop())
    await database.createDatabase('cloudsigner')
    const url = database.urlOf('cloudsigner')
    const services: ServiceProcess[] = []
    const start = async (name: Parameters<typeof startService>[0]) => {
      const service = await startService(name, folder, url)
      services.push(service)
      closing.push(() => service.stop())
    }
    // The signer reads what the CA left for it, and the orchestrator asks PowerAuth.
    for (const name of ['ca', 'powerauth', 'signer', 'orchestrator'] as const) await start(name)
    return {
      ready: Object.assign({}, ...services.map((service) => service.ready)),
      services,
      databasePid: database.pid,
      databaseSettings: await settingsOf(url),
      folder,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const settings = [
  'server_version',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'shared_buffers',
]

async function settingsOf(url: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string; value: string }>(
      'select name, current_setting(name) as value from pg_settings where name = any($1)',
      [settings],
    )
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
  } finally {
    await client.end()
  }
}
