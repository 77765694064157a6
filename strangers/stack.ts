/** The real stack, as a user starts it: `cloudsigner up` in a process of its own, on free ports and a fresh folder. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { atEnd, once, removeAtEnd } from './lifetime.ts'
import { repositoryRoot } from './tools.ts'

export interface Credentials {
  readonly user: string
  readonly password: string
}

/** The ready file, version 1. Each URL is what its client prefixes, context path included. */
export interface Stack {
  readonly version: 1
  readonly powerauth: { readonly private: string; readonly public: string; readonly basic: Credentials }
  readonly ca: {
    readonly rest: string
    readonly crl: string
    readonly ocsp: string
    readonly clientCert: string
    readonly clientKey: string
    readonly tlsCa: string
    readonly trustRoot: string
    readonly caName: string
    readonly certificateProfile: string
    readonly endEntityProfile: string
  }
  readonly tsa: string
  readonly signer: { readonly url: string; readonly basic: Credentials }
  readonly orchestrator: { readonly url: string; readonly basic: Credentials }
}

export const cli = join(repositoryRoot, 'apps', 'cli', 'src', 'main.ts')

/** A folder of this run's own, removed at its end. */
export const scratch = once(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'strangers-'))
  removeAtEnd(folder)
  return folder
})

const startSeconds = 60

export const stack = once(() => up<Stack>('stack', '--open-private-api'))

/** PowerAuth alone, whose private API asks for credentials. */
export const guardedPowerAuth = once(() => up<Pick<Stack, 'powerauth'>>('guarded', 'powerauth'))

/** `cloudsigner up` with these arguments, in a folder of its own; what its ready file says. */
async function up<Ready>(name: string, ...args: readonly string[]): Promise<Ready> {
  const folder = join(await scratch(), name)
  const readyFile = join(folder, 'ready.json')
  const where = ['--data', join(folder, 'data'), '--port-base', '0', '--ready-file', readyFile]
  await mkdir(folder)
  const child = spawn(process.execPath, [cli, 'up', ...args, ...where], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const listen = (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-8000)
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code, signal) => resolve(`exit ${code ?? signal}`))
  })
  let end: string | undefined
  void ended.then((how) => {
    end = how
  })
  atEnd(async () => {
    child.kill('SIGTERM')
    const how = await Promise.race([ended, delay(30_000, 'still running after 30 s', { ref: false })])
    if (how === 'exit 0') return
    child.kill('SIGKILL')
    throw new Error(`SIGTERM must drain and exit 0, but: ${how}\n${said}`)
  })
  for (let waited = 0; !existsSync(readyFile); waited += 0.1) {
    if (end !== undefined) throw new Error(`cloudsigner up ended (${end}):\n${said}`)
    if (waited > startSeconds) throw new Error(`cloudsigner up was not ready in ${startSeconds} s:\n${said}`)
    await delay(100)
  }
  return JSON.parse(await readFile(readyFile, 'utf8'))
}
