/** The options of `cloudsigner pades`. */
import { parseArgs } from 'node:util'
import { UsageError } from './failure.ts'

export const padesUsage = `usage: cloudsigner pades COMMAND [option …] FILE …

  sign      --key PEM --chain PEM [--level LEVEL --tsa URL …] IN OUT
  prepare   --chain PEM [--to-sign FILE] IN PLAN        the first phase: the plan, and what is to be signed
  embed     [--level LEVEL --tsa URL …] IN PLAN SIGNATURE OUT   the second: the signature value that the key made
  augment   --level LEVEL --tsa URL … IN OUT            raises the signatures of a file, whoever made them
  timestamp --tsa URL … IN OUT                          a document time-stamp
  inspect   FILE …                                      what is in a file

signing
  --key PEM            the private key; --key-password TEXT or CLOUDSIGNER_KEY_PASSWORD opens an encrypted one
  --chain PEM          the signer's certificate, then those of its authorities
  --scheme PSS|PKCS1   of an RSA key; default PKCS1
  --digest SHA-256|SHA-384|SHA-512   of an RSA or EC key, where another than its natural one is wanted
  --field NAME         an empty signature field to fill, or the name of a new one
  --certify 1|2|3      a certification (DocMDP): no changes, form filling and signing, annotations too
  --reason TEXT  --location TEXT  --name TEXT  --contact TEXT
  --visible JSON       a visible signature: a file with the members of the API's visualSignature; image and customFont
                       are Base64 or paths from that file

levels
  --level B-B|B-T|B-LT|B-LTA   default B-B
  --tsa URL            a time-stamping authority; several are asked in turn
  --trust PEM          trust anchors, of signer and authorities; default: what is self-signed in --chain; may be repeated
  --allow-private-addresses    CRLs and OCSP answers may come from this machine and private networks
  --fresh              only revocation data of after the signature will do

files
  --password TEXT      of encrypted files, or CLOUDSIGNER_PDF_PASSWORD: the user's or the owner's
  --json               one JSON object on standard output

OUT may be IN. Exit status: 0 done, 1 refused or failed, 2 wrong usage.
`

const texts = {
  key: { type: 'string' },
  'key-password': { type: 'string' },
  chain: { type: 'string' },
  scheme: { type: 'string' },
  digest: { type: 'string' },
  field: { type: 'string' },
  certify: { type: 'string' },
  reason: { type: 'string' },
  location: { type: 'string' },
  name: { type: 'string' },
  contact: { type: 'string' },
  visible: { type: 'string' },
  'to-sign': { type: 'string' },
  level: { type: 'string' },
  password: { type: 'string' },
} as const
const lists = { tsa: { type: 'string', multiple: true }, trust: { type: 'string', multiple: true } } as const
const flags = {
  'allow-private-addresses': { type: 'boolean', default: false },
  fresh: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

type TextOption = keyof typeof texts

const variables: Partial<Record<TextOption, string>> = {
  'key-password': 'CLOUDSIGNER_KEY_PASSWORD',
  password: 'CLOUDSIGNER_PDF_PASSWORD',
}

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: { ...texts, ...lists, ...flags }, strict: true, allowPositionals: true })

/** Options of one call, with the environment behind them. */
export class PadesOptions {
  readonly command: string
  readonly files: readonly string[]
  readonly #values: ReturnType<typeof parse>['values']
  readonly #env: Readonly<Record<string, string | undefined>>

  /** UsageError. */
  constructor(args: readonly string[], env: Readonly<Record<string, string | undefined>>) {
    try {
      const { values, positionals } = parse(args)
      const [command = '', ...files] = positionals
      this.command = command
      this.files = files
      this.#values = values
      this.#env = env
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error))
    }
  }

  find(name: TextOption): string | undefined {
    const variable = variables[name]
    return this.#values[name] ?? (variable === undefined ? undefined : this.#env[variable])
  }

  /** UsageError where it is not there. */
  get(name: TextOption): string {
    const value = this.find(name)
    if (value === undefined) throw new UsageError(`${this.command} needs --${name}`)
    return value
  }

  /** One of these, or undefined. UsageError for anything else. */
  choose<Choice extends string>(name: TextOption, choices: readonly Choice[]): Choice | undefined {
    const value = this.find(name)
    const choice = choices.find((one) => one === value)
    if (value !== undefined && choice === undefined)
      throw new UsageError(`--${name} is ${choices.join(', ')}, not ${value}`)
    return choice
  }

  get authorities(): readonly string[] {
    return this.#values.tsa ?? []
  }

  get trust(): readonly string[] {
    return this.#values.trust ?? []
  }

  get allowPrivateAddresses(): boolean {
    return this.#values['allow-private-addresses']
  }

  get fresh(): boolean {
    return this.#values.fresh
  }

  get json(): boolean {
    return this.#values.json
  }

  /** Exactly as many files as a command takes, by their names in the usage. UsageError. */
  operands(...names: readonly string[]): readonly string[] {
    if (this.files.length !== names.length) throw new UsageError(`${this.command} takes ${names.join(' ')}`)
    return this.files
  }
}
