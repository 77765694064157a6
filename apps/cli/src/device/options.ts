/** The options of `cloudsigner device`. */
import { parseArgs } from 'node:util'
import { CommandError } from './command-error.ts'

export const deviceUsage = `usage: cloudsigner device COMMAND --state FILE [options]

  activate --config MOBILE_SDK_CONFIG --url PUBLIC_URL --code CODE [--name NAME] [--otp OTP]
  status
  enrol    --subject 'CN=…,C=…'                                    prints a certification request
           --subject … --signer URL --user-id USER                 sends it to the signer
           --orchestrator URL [--mode external|cloud]              enrols at the bank, which gives the subject; cloud: the
                                                                   signer keeps the key, of --key-algorithm
  sign     HASH                                                    prints the signature
           HASH --document ID --signer URL                         sends it to the signer
           --document ID --orchestrator URL                        fetches the file from the bank, finds out by itself
                                                                   what it signs, and sends the signature there
  documents --orchestrator URL                                     lists the documents at the bank
  operations                                                       lists what waits for this phone
  show     OPERATION                                               tells what an operation is
           --document ID --orchestrator URL [--out FILE]           tells what a document is; writes the file to be read
  approve  OPERATION [--proximity SCANNED]                         tells it and approves it, by the PIN
  reject   OPERATION [--reason REASON]
           --document ID --orchestrator URL                        rejects a document
  remove   [--local]

  --state FILE           the phone's state, encrypted by --state-password, by CLOUDSIGNER_DEVICE_PASSWORD, or by the
                         key in FILE.key, which is made
  --pin PIN              or CLOUDSIGNER_DEVICE_PIN
  --signer-user USER --signer-password PASSWORD
                         or CLOUDSIGNER_SIGNER_USER, CLOUDSIGNER_SIGNER_PASSWORD
  --language LANGUAGE    of operations, as Accept-Language has it
  --json                 one JSON object on standard output
`

const options = {
  state: { type: 'string' },
  'state-password': { type: 'string' },
  pin: { type: 'string' },
  config: { type: 'string' },
  url: { type: 'string' },
  code: { type: 'string' },
  name: { type: 'string' },
  otp: { type: 'string' },
  subject: { type: 'string' },
  'user-id': { type: 'string' },
  signer: { type: 'string' },
  'signer-user': { type: 'string' },
  'signer-password': { type: 'string' },
  orchestrator: { type: 'string' },
  document: { type: 'string' },
  mode: { type: 'string' },
  'key-algorithm': { type: 'string' },
  out: { type: 'string' },
  proximity: { type: 'string' },
  reason: { type: 'string' },
  language: { type: 'string' },
  local: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

const pinVariable = 'CLOUDSIGNER_DEVICE_PIN'

type TextOption = Exclude<keyof typeof options, 'local' | 'json'>

/** Options of one call, with the environment behind them. */
export class DeviceOptions {
  readonly command: string
  readonly operands: readonly string[]
  readonly local: boolean
  readonly json: boolean
  readonly #values: Partial<Record<TextOption, string>>
  readonly #env: Readonly<Record<string, string | undefined>>

  /** Throws CommandError with exit code 2. */
  constructor(args: readonly string[], env: Readonly<Record<string, string | undefined>>) {
    const { values, positionals } = parse(args)
    const [command = '', ...operands] = positionals
    this.command = command
    this.operands = operands
    this.local = values.local
    this.json = values.json
    this.#values = values
    this.#env = env
  }

  find(name: TextOption, variable?: string): string | undefined {
    return this.#values[name] ?? (variable === undefined ? undefined : this.#env[variable])
  }

  get(name: TextOption, variable?: string): string {
    const value = this.find(name, variable)
    if (value === undefined || value === '') {
      throw new CommandError(`--${name}${variable === undefined ? '' : ` or ${variable}`} is missing`, 2)
    }
    return value
  }

  get pin(): string | undefined {
    return this.find('pin', pinVariable)
  }

  requirePin(): void {
    this.get('pin', pinVariable)
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true })
  } catch (cause) {
    throw new CommandError(cause instanceof Error ? cause.message : String(cause), 2, { cause })
  }
}
