import type { PadesOptions } from './options.ts'

/** What a command prints: a line for people, or an object for programs. */
export interface Outcome {
  readonly text: string
  readonly json: unknown
}

/** `at`: now. */
export type Command = (options: PadesOptions, at: Date) => Promise<Outcome>
