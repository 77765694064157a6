/** The stack, started as a user starts it: `cloudsigner up` in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

interface Credentials {
  readonly user: string
  readonly password: string
}

/** What the demo needs of the ready file; each URL is what its client prefixes. */
export interface Addresses {
  readonly orchestrator: { readonly url: string; readonly basic: Credentials }
  readonly ca: { readonly trustRoot: string }
}

export interface RunningStack {
  readonly addresses: Addresses
  readonly readyFile: string
  /** Drains it and waits for its end. */
  stop(): Promise<void>
}

const startSeconds = 60
const stopSeconds = 20
const command = join(import.meta.dirname, '..', 'main.ts')

/** Throws an Error that carries the last words of a stack that does not come up. */
export async function startStack(dataDirectory: string): Promise<RunningStack> {
  const readyFile = join(dataDirectory, 'ready.json')
  const where = ['--data', join(dataDirectory, 'stack'), '--port-base', '0', '--ready-file', readyFile]
  const child = spawn(process.execPath, [command, 'up', ...where], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const listen = (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-4000)
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const stop = () => stopChild(child, ended)
  const deadline = performance.now() + startSeconds * 1000
  while (!existsSync(readyFile)) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the stack ended at its start:\n${said}`)
    if (performance.now() > deadline) {
      await stop()
      throw new Error(`the stack was not ready in ${startSeconds} s:\n${said}`)
    }
    await delay(20)
  }
  return { addresses: JSON.parse(await readFile(readyFile, 'utf8')), readyFile, stop }
}

async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM')
  await Promise.race([ended, delay(stopSeconds * 1000, undefined, { ref: false })])
  child.kill('SIGKILL')
  await ended
}
