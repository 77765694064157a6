/** The genuine PowerAuth client, one Java for a whole run: a JSON array of arguments a line in, an outcome a line out. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { atEnd, once } from './lifetime.ts'
import { tools } from './tools.ts'

/** An item of the step log. */
export interface LogItem {
  readonly id: string
  readonly status?: string
  readonly name?: string
  readonly object?: unknown
}

export interface StepOutcome {
  readonly ok: boolean
  readonly log: readonly LogItem[]
}

/** Options by their letters, as the public command-line tool has them: `{ p: '1234' }` is `-p 1234`. */
export type StepOptions = Readonly<Record<string, string>>

export interface PowerAuthClient {
  /** Runs one step. It works on one at a time; others wait. */
  run(method: string, options: StepOptions): Promise<StepOutcome>
}

const stepSeconds = 60

export const powerAuthClient = once(async (): Promise<PowerAuthClient> => {
  const jar = ['-XX:TieredStopAtLevel=1', '-jar', tools.powerauthClient.path, 'lines']
  const child = spawn('java', jar, { stdio: ['pipe', 'pipe', 'pipe'] })
  const gone = new Promise<never>((_, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`the PowerAuth client ended with ${code}`)))
  })
  gone.catch(() => {})
  child.stderr.resume()
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  atEnd(async () => {
    child.stdin.end()
    await Promise.race([gone.catch(() => {}), delay(10_000, undefined, { ref: false })])
    child.kill('SIGKILL')
  })

  const answer = async (args: readonly string[]): Promise<StepOutcome> => {
    child.stdin.write(`${JSON.stringify(args)}\n`)
    const late = delay(stepSeconds * 1000, undefined, { ref: false }).then(() => {
      throw new Error(`${args.join(' ')} took more than ${stepSeconds} s`)
    })
    const line = await Promise.race([lines.next(), gone, late])
    if (line.done) throw new Error('the PowerAuth client closed its output')
    return JSON.parse(line.value)
  }
  let last: Promise<unknown> = Promise.resolve()
  return {
    run(method, options) {
      const args = ['-m', method, ...Object.entries(options).flatMap(([letter, value]) => [`-${letter}`, value])]
      const outcome = last.then(() => answer(args))
      last = outcome.catch(() => {})
      return outcome
    },
  }
})

/** Whether a step of 3.x succeeded: its exit code says only that it could be run, its log says how it ended. */
export function succeeded(outcome: StepOutcome): boolean {
  return outcome.ok && !outcome.log.some((item) => item.status === 'FAILED' || item.status === 'ERROR')
}

/** A member of the object of the last log item that has it, found at any depth; undefined where none has. */
export function logged(outcome: StepOutcome, member: string): unknown {
  for (const item of outcome.log.toReversed()) {
    const found = memberOf(item.object, member)
    if (found !== undefined) return found
  }
  return undefined
}

function memberOf(value: unknown, member: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, inner] of Object.entries(value)) {
    if (key === member) return inner
    const found = memberOf(inner, member)
    if (found !== undefined) return found
  }
  return undefined
}
