/** The genuine PowerAuth client, one Java for a whole run: an array of arguments a line in, an outcome a line out. */
import { javaLines } from './java-lines.ts'
import { once } from './lifetime.ts'
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

/** Options by their letters, as the public command-line tool has them: `{ p: '1234' }` is `-p 1234`, and `{ y: '' }` the flag `-y`. */
export type StepOptions = Readonly<Record<string, string>>

export interface PowerAuthClient {
  /** Runs one step. It works on one at a time; others wait. */
  run(method: string, options: StepOptions): Promise<StepOutcome>
}

export const powerAuthClient = once(async (): Promise<PowerAuthClient> => {
  const client = javaLines(tools.powerauthClient.path, ['lines'])
  return {
    async run(method, options) {
      const given = ([letter, value]: readonly [string, string]) =>
        value === '' ? [`-${letter}`] : [`-${letter}`, value]
      const args = ['-m', method, ...Object.entries(options).flatMap(given)]
      return (await client(args)) as StepOutcome
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
