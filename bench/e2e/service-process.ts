/** One `cloudsigner up` in a process of its own, whose JavaScript can be profiled while it works. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceName } from '../../apps/cli/src/up/arguments.ts'
import type { ReadyFile } from '../../apps/cli/src/up/ready-file.ts'

const command = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'src', 'main.ts')
const profiled = join(import.meta.dirname, 'profiled.ts')

export interface ServiceProcess {
  readonly name: string
  readonly pid: number
  readonly ready: ReadyFile
  /** Begins to sample the stack of the process. */
  startProfile(): Promise<void>
  /** Writes what was sampled since, as `--cpu-prof` does. */
  stopProfile(file: string): Promise<void>
  stop(): Promise<void>
}

/** Answers when the service does; its output so far is in the error where it does not. */
export async function startService(
  name: ServiceName,
  folder: string,
  databaseUrl: string,
  more: { readonly label?: string; readonly args?: readonly string[]; readonly env?: Record<string, string> } = {},
): Promise<ServiceProcess> {
  const label = more.label ?? name
  const readyFile = join(folder, `${label}.json`)
  const args = ['up', name, '--data', join(folder, 'data'), '--database', databaseUrl, '--ready-file', readyFile]
  const child = spawn(process.execPath, ['--import', profiled, command, ...args, ...(more.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...more.env },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-4000)
    })
  for (let waited = 0; !existsSync(readyFile); waited += 20) {
    if (child.exitCode !== null || child.signalCode !== null || waited > 60_000) {
      child.kill('SIGKILL')
      throw new Error(`${label} did not come up:\n${said}`)
    }
    await sleep(20)
  }
  return {
    name: label,
    pid: child.pid ?? 0,
    ready: JSON.parse(await readFile(readyFile, 'utf8')),
    startProfile: () => tell(child, { profile: 'start' }),
    stopProfile: (file) => tell(child, { profile: 'stop', file }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}

async function tell(child: ChildProcess, message: object): Promise<void> {
  const answered = once(child, 'message')
  child.send(message)
  await answered
}
