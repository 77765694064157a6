/** `cloudsigner up`: the services, until they are told to stop. */
import { rm } from 'node:fs/promises'
import { DatabaseError, ListenError, SecretBoxError, writeFileAtomically } from '@cloudsigner/service'
import type { CommandIo } from '../main.ts'
import { parseUpArguments, type UpOptions, UsageError, upUsage } from './arguments.ts'
import { readyTable } from './ready-file.ts'
import { type Stack, startStack } from './stack.ts'

const exitDone = 0
const exitFailed = 1
const exitUsage = 2

/** Exit code: 0 stopped by a signal, 1 could not start, 2 called wrongly. */
export async function runUp(args: readonly string[], io: CommandIo): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    io.stdout.write(upUsage)
    return exitDone
  }
  const options = optionsOf(args, io)
  if (options instanceof Error) {
    io.stderr.write(`cloudsigner up: ${options.message}\n\n${upUsage}`)
    return exitUsage
  }
  // From here on a signal is a wish to stop, also while things start.
  const stopped = stopSignal(io)
  try {
    if (options.readyFile !== undefined) await rm(options.readyFile, { force: true })
    const startedAt = performance.now()
    const stack = await startStack(options, io.env)
    await announce(stack, options, io, performance.now() - startedAt)
    await stopped
    await stack.close()
    return exitDone
  } catch (error) {
    if (!isForTheUser(error)) throw error
    io.stderr.write(`cloudsigner up: ${error.message}\n`)
    return error instanceof UsageError ? exitUsage : exitFailed
  }
}

function optionsOf(args: readonly string[], io: CommandIo): UpOptions | Error {
  try {
    return parseUpArguments(args, io.cwd())
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}

async function announce(stack: Stack, options: UpOptions, io: CommandIo, milliseconds: number): Promise<void> {
  io.stdout.write(
    `\nCloudSigner is up after ${(milliseconds / 1000).toFixed(1)} s, on ${options.dataDirectory}.\n\n${readyTable(stack.ready)}\nThe credentials are for development. Stop by Ctrl+C.\n`,
  )
  if (options.readyFile !== undefined)
    await writeFileAtomically(options.readyFile, `${JSON.stringify(stack.ready, undefined, 2)}\n`, 0o600)
}

/** Resolves at the first SIGINT or SIGTERM; a second one, or 20 s, ends the process as it stands. */
function stopSignal(io: CommandIo): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = () => {
      process.on('SIGINT', () => process.exit(130))
      io.stderr.write('Stopping …\n')
      setTimeout(() => process.exit(exitFailed), 20_000).unref()
      resolve()
    }
    process.once('SIGINT', onSignal)
    process.once('SIGTERM', onSignal)
  })
}

/** Errors that are a sentence: the user can do something about them, and a stack trace would not help. */
function isForTheUser(error: unknown): error is Error {
  return [UsageError, ListenError, DatabaseError, SecretBoxError].some((kind) => error instanceof kind)
}
