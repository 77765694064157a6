/** `cloudsigner up` as a child process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WholeReadyFile } from '../../src/up/ready-file.ts'

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface UpProcess {
  readonly child: ChildProcess
  /** Everything it wrote to standard output and error. */
  output(): string
  readonly ended: Promise<Ended>
}

export function spawnUp(args: readonly string[], environment: Readonly<Record<string, string>> = {}): UpProcess {
  const child = spawn(process.execPath, [main, 'up', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
  const ended = new Promise<Ended>((resolve) => child.on('close', (code, signal) => resolve({ code, signal })))
  return { child, output: () => text, ended }
}

export interface RunningUp extends UpProcess {
  readonly ready: WholeReadyFile
}

/** Starts the stack on a data directory and waits until it says that it is ready. */
export async function startUp(
  dataDirectory: string,
  args: readonly string[] = [],
  readyName = 'ready.json',
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningUp> {
  const starting = beginUp(dataDirectory, args, readyName, environment)
  return { ...starting.up, ready: await starting.ready }
}

export interface StartingUp {
  readonly up: UpProcess
  /** Rejects, with what the process wrote, where it ends before, or takes more than a minute. */
  readonly ready: Promise<WholeReadyFile>
}

/** The same, without waiting. */
export function beginUp(
  dataDirectory: string,
  args: readonly string[],
  readyName: string,
  environment: Readonly<Record<string, string>> = {},
): StartingUp {
  const readyFile = join(dataDirectory, readyName)
  // Of an earlier run.
  rmSync(readyFile, { force: true })
  const up = spawnUp(['--data', join(dataDirectory, 'data'), '--ready-file', readyFile, ...args], environment)
  return { up, ready: untilReady(up, readyFile) }
}

async function untilReady(up: UpProcess, readyFile: string): Promise<WholeReadyFile> {
  for (let waited = 0; !existsSync(readyFile); waited += 20) {
    if (up.child.exitCode !== null || up.child.signalCode !== null || waited > 60_000) {
      up.child.kill('SIGKILL')
      throw new Error(`the stack did not come up:\n${up.output()}`)
    }
    await sleep(20)
  }
  return JSON.parse(await readFile(readyFile, 'utf8'))
}
