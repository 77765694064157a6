/** The product's own command, as a user runs it. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { atEnd } from './lifetime.ts'
import { repositoryRoot } from './tools.ts'

export const cli = join(repositoryRoot, 'apps', 'cli', 'src', 'main.ts')

export interface Start {
  readonly cwd: string
  /** Longest time to become ready. */
  readonly seconds: number
  /** Given what it has said of late. */
  isReady(said: string): boolean
}

/** Starts a command that stays up, and waits until it is ready. At the end of the run SIGTERM must drain it and exit 0. */
export async function cloudsigner(args: readonly string[], { cwd, seconds, isReady }: Start): Promise<void> {
  const name = `cloudsigner ${args[0]}`
  const child = spawn(process.execPath, [cli, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const listen = (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-8000)
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  let end: string | undefined
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code, signal) => resolve(`exit ${code ?? signal}`))
  }).then((how) => {
    end = how
    return how
  })
  atEnd(async () => {
    child.kill('SIGTERM')
    const how = await Promise.race([ended, delay(30_000, 'still running after 30 s', { ref: false })])
    if (how === 'exit 0') return
    child.kill('SIGKILL')
    throw new Error(`SIGTERM must drain ${name} and exit 0, but: ${how}\n${said}`)
  })
  for (let waited = 0; !isReady(said); waited += 0.1) {
    if (end !== undefined) throw new Error(`${name} ended (${end}):\n${said}`)
    if (waited > seconds) throw new Error(`${name} was not ready in ${seconds} s:\n${said}`)
    await delay(100)
  }
}
