/** The real stack, as a user starts it: `cloudsigner up` in a process of its own, on free ports and a fresh folder. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cloudsigner } from './cloudsigner.ts'
import { once, removeAtEnd } from './lifetime.ts'

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

/** A folder of this run's own, removed at its end. */
export const scratch = once(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'strangers-'))
  removeAtEnd(folder)
  return folder
})

export const stack = once(() => up<Stack>('stack', '--open-private-api'))

/** PowerAuth alone, whose private API asks for credentials. */
export const guardedPowerAuth = once(() => up<Pick<Stack, 'powerauth'>>('guarded', 'powerauth'))

/** `cloudsigner up` with these arguments, in a folder of its own; what its ready file says. */
async function up<Ready>(name: string, ...args: readonly string[]): Promise<Ready> {
  const folder = join(await scratch(), name)
  await mkdir(folder)
  const readyFile = join(folder, 'ready.json')
  const where = ['--data', join(folder, 'data'), '--port-base', '0', '--ready-file', readyFile]
  await cloudsigner(['up', ...args, ...where], { cwd: folder, seconds: 60, isReady: () => existsSync(readyFile) })
  return JSON.parse(await readFile(readyFile, 'utf8'))
}
