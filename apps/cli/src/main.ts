/** The `cloudsigner` command: finds the subcommand and hands over. */
import { existsSync, readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { dirname, join } from 'node:path'

/** What a subcommand talks to. */
export interface CommandIo {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the user is: relative paths count from here. */
  cwd(): string
}

interface Command {
  readonly summary: string
  /** Resolves with the exit code: 0 done, 1 failed, 2 called wrongly. */
  run(args: readonly string[], io: CommandIo): Promise<number>
}

/** Each loads its code when it is called: `cloudsigner --help` is quick. */
const commands: Readonly<Record<string, Command>> = {
  up: {
    summary: 'start the services, all or one',
    run: async (args, io) => (await import('./up/main.ts')).runUp(args, io),
  },
  demo: {
    summary: 'the whole chain on a real PDF, with a simulated phone',
    run: async (args, io) => (await import('./demo/main.ts')).runDemo(args, io),
  },
  device: {
    summary: 'a phone: activate, enrol, sign',
    run: async (args, io) => (await import('./device/main.ts')).runDevice(args, io),
  },
  validate: {
    summary: 'what the signatures of PDF files are worth',
    run: async (args, io) => (await import('./validate/main.ts')).runValidate(args, io),
  },
  pades: {
    summary: 'sign PDFs, raise and time-stamp signatures, without any server',
    run: async (args, io) => (await import('./pades/main.ts')).runPades(args, io),
  },
  version: {
    summary: 'print the version',
    run: async (_args, io) => {
      io.stdout.write(`${readVersion()}\n`)
      return 0
    },
  },
}

const usage = `usage: cloudsigner COMMAND [argument …]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join('\n')}

cloudsigner COMMAND --help says more about one.
`

const aliases: Readonly<Record<string, string>> = { '--version': 'version', '-v': 'version' }

/** Runs one command line; resolves with its exit code. */
export async function runCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const [first = '', ...rest] = args
  if (first === 'help' || first === '--help' || first === '-h') {
    io.stdout.write(usage)
    return 0
  }
  const name = aliases[first] ?? first
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    io.stderr.write(first === '' ? usage : `cloudsigner: there is no command ${JSON.stringify(first)}\n\n${usage}`)
    return 2
  }
  return command.run(rest, io)
}

/** The process's entry. Output is flushed before the process ends by itself. */
export async function runMain(args: readonly string[]): Promise<void> {
  cacheCompiledCode()
  try {
    process.exitCode = await runCommand(args, process)
  } catch (error) {
    process.stderr.write(`cloudsigner: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exitCode = 1
  }
}

/** Keeps compiled modules beside the packages they come from: halves the time that loading the services takes. */
function cacheCompiledCode(): void {
  for (let directory = import.meta.dirname; directory !== dirname(directory); directory = dirname(directory)) {
    const packages = join(directory, 'node_modules')
    if (existsSync(packages)) return void enableCompileCache(join(packages, '.cache', 'cloudsigner', 'code'))
  }
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'))
  return String(version)
}

if (import.meta.main) await runMain(process.argv.slice(2))
