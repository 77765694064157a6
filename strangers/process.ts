/** Runs other people's programs. */
import { spawn } from 'node:child_process'

export interface Outcome {
  /** Exit code; 128 where a signal ended it. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Given to its standard input, which is empty otherwise. */
  readonly input?: Uint8Array | string
  readonly timeoutSeconds?: number
}

/** Resolves whatever the exit code; rejects where the program cannot be started or takes longer than its time. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { cwd, env, input, timeoutSeconds = 120 } = options
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, LC_ALL: 'C.UTF-8', ...env } })
    const out: Buffer[] = []
    const err: Buffer[] = []
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${command} took more than ${timeoutSeconds} s`))
    }, timeoutSeconds * 1000)
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code: code ?? 128, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() })
    })
    // A program that does not read its input closes the pipe: its exit code tells, not our EPIPE.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

/** As `run`, but another exit code than 0 is an error that carries what the program said. */
export async function runWell(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const outcome = await run(command, args, options)
  if (outcome.code === 0) return outcome
  const said = `${outcome.stdout}\n${outcome.stderr}`.trim().slice(-4000)
  throw new Error(`${command} ${args.join(' ')} ended with ${outcome.code}:\n${said}`)
}
