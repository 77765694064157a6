/** `cloudsigner device`: a phone on the command line. */
import { resolve } from 'node:path'
import { OrchestratorApiError } from '@cloudsigner/clients/orchestrator'
import { SignerApiError } from '@cloudsigner/clients/signer'
import { MobileTokenError } from '@cloudsigner/mobile-token-sdk'
import { PkiError } from '@cloudsigner/pki'
import { PowerAuthError } from '@cloudsigner/powerauth-sdk'
import { bankCommands } from './bank-commands.ts'
import { CommandError } from './command-error.ts'
import { commands } from './commands.ts'
import type { DeviceIo } from './device-io.ts'
import { type DocumentRefusal, DocumentRefused } from './document-refused.ts'
import { operationCommands } from './operations.ts'
import { DeviceOptions, deviceUsage } from './options.ts'
import { NotSignedAttributes } from './signed-attributes.ts'
import { StateFile } from './state-file.ts'

export type { DeviceIo } from './device-io.ts'
export { Phone, type PhoneOptions } from './phone.ts'

/** Runs `device ARGS` and answers the exit code: 0 done, 1 refused or failed, 2 called wrongly. */
export async function runDevice(args: readonly string[], io: DeviceIo): Promise<number> {
  if (args.length === 0 || args.includes('--help')) {
    io.stdout.write(deviceUsage)
    return args.length === 0 ? 2 : 0
  }
  try {
    await run(new DeviceOptions(args, io.env), io)
    return 0
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    io.stderr.write(`${failure.message}\n`)
    return failure.exitCode
  }
}

async function run(options: DeviceOptions, io: DeviceIo): Promise<void> {
  const all = { ...commands, ...operationCommands, ...bankCommands }
  const command = Object.hasOwn(all, options.command) ? all[options.command] : undefined
  if (command === undefined) throw new CommandError(`device has no command '${options.command}'\n\n${deviceUsage}`, 2)
  const password = options.find('state-password', 'CLOUDSIGNER_DEVICE_PASSWORD')
  const state = await StateFile.open(resolve(io.cwd(), options.get('state')), password)
  try {
    const note = (line: string) => void io.stderr.write(`${line}\n`)
    const { text, json } = await command({ state, options, workingDirectory: io.cwd(), note })
    io.stdout.write(`${options.json ? JSON.stringify(json) : text}\n`)
  } finally {
    await state.close()
  }
}

/** Refusals that need nobody's malice. */
const ordinary: ReadonlySet<DocumentRefusal> = new Set([
  'other_device',
  'not_waiting',
  'approval_expired',
  'operation_ended',
])

/** What is for the person who called; anything else is a fault of ours and keeps its stack. */
function failureOf(error: unknown): { readonly message: string; readonly exitCode: number } | undefined {
  if (error instanceof CommandError) return error
  if (error instanceof DocumentRefused) {
    if (ordinary.has(error.code)) return { message: error.message, exitCode: 1 }
    const why = error.cause instanceof Error ? `: ${error.cause.message}` : ''
    return {
      message: `REFUSED, nothing was signed. ${error.message}${why} (${error.code}). Tell your bank.`,
      exitCode: 1,
    }
  }
  if (error instanceof NotSignedAttributes) return { message: `Not signed: ${error.message}`, exitCode: 1 }
  const refusals = [PowerAuthError, MobileTokenError, SignerApiError, OrchestratorApiError]
  const refusal = refusals.find((kind) => error instanceof kind)
  if (error instanceof Error && refusal !== undefined && 'code' in error) {
    return { message: `${error.message} (${error.code})`, exitCode: 1 }
  }
  if (error instanceof PkiError) return { message: error.message, exitCode: 1 }
  return undefined
}
