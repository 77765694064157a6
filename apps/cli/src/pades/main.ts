/** `cloudsigner pades`: what the PAdES library does, on files. */
import { augment, timestamp } from './augment.ts'
import type { Command } from './command.ts'
import { failureOf, UsageError } from './failure.ts'
import { inspect } from './inspect.ts'
import { PadesOptions, padesUsage } from './options.ts'
import { embedSigned, prepare, sign } from './sign.ts'

export interface PadesIo {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  readonly env: Readonly<Record<string, string | undefined>>
  /** Now where left out. */
  readonly now?: () => Date
}

const commands: Readonly<Record<string, Command>> = { sign, prepare, embed: embedSigned, augment, timestamp, inspect }

/** Exit status: 0 done, 1 refused or failed, 2 wrong usage. */
export async function runPades(args: readonly string[], io: PadesIo): Promise<number> {
  if (args.length === 0 || args.includes('--help') || args.includes('-h')) {
    io.stdout.write(padesUsage)
    return args.length === 0 ? 2 : 0
  }
  try {
    const options = new PadesOptions(args, io.env)
    const command = Object.hasOwn(commands, options.command) ? commands[options.command] : undefined
    if (command === undefined) throw new UsageError(`pades has no command '${options.command}'`)
    const { text, json } = await command(options, io.now?.() ?? new Date())
    io.stdout.write(`${options.json ? JSON.stringify(json) : text}\n`)
    return 0
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    io.stderr.write(`cloudsigner pades: ${failure.message}\n${failure.exitCode === 2 ? `\n${padesUsage}` : ''}`)
    return failure.exitCode
  }
}
