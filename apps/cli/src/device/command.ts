/** What a command is given, and what it gives. */
import { CommandError } from './command-error.ts'
import type { DeviceOptions } from './options.ts'
import { Phone } from './phone.ts'
import type { PhoneAddress, StateFile } from './state-file.ts'

/** `text` for people, `json` where `--json` asks for it. */
export interface CommandResult {
  readonly text: string
  readonly json: object
}

export interface CommandContext {
  readonly state: StateFile
  readonly options: DeviceOptions
  /** Relative paths count from here. */
  readonly workingDirectory: string
  /** A line for people, beside the result. */
  note(line: string): void
}

export type Command = (context: CommandContext) => Promise<CommandResult>

/** Throws CommandError where the state has no activation and no address was given for a new one. */
export async function openPhone(state: StateFile, options: DeviceOptions, given?: PhoneAddress): Promise<Phone> {
  const address = given ?? state.address
  if (address === undefined || (given === undefined && !state.hasActivation)) {
    throw new CommandError('This phone is not activated')
  }
  const { pin } = options
  const kept = { storage: state.storage(address), certificates: state.certificates() }
  return Phone.open({ ...address, ...kept, ...(pin !== undefined && { pin }) })
}
