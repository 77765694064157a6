/** `PowerAuth name="value", …`: the form of all X-PowerAuth headers. Written in a given order, read in any. */
import { ProtocolError } from '../protocol-error.ts'
import { base64Decode } from './base64.ts'

const PREFIX = 'PowerAuth '
const MAX_LENGTH = 1024
const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Members without a value are left out. */
export function formatHeader(members: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(members).filter(([, value]) => value !== undefined)
  return PREFIX + given.map(([name, value]) => `${name}="${value}"`).join(', ')
}

/** Throws `invalid_header` where the text is no list of pairs with each name once. */
export function parseHeader(text: string): HeaderMembers {
  if (typeof text !== 'string' || text.length > MAX_LENGTH || !text.startsWith(PREFIX)) {
    throw new ProtocolError('invalid_header', 'The header is no PowerAuth header')
  }
  const members = new Map<string, string>()
  for (const part of text.slice(PREFIX.length).split(',')) {
    const [, name, value] = /^\s*(\w+)="?([^"\s]*)"?\s*$/.exec(part) ?? []
    if (name === undefined || value === undefined || members.has(name)) {
      throw new ProtocolError('invalid_header', 'The header does not parse as name="value" pairs, each name once')
    }
    members.set(name, value)
  }
  return new HeaderMembers(members)
}

/** Members of a header, each read with its check. All throw `invalid_header`. */
export class HeaderMembers {
  readonly #members: ReadonlyMap<string, string>

  constructor(members: ReadonlyMap<string, string>) {
    this.#members = members
  }

  has(name: string): boolean {
    return this.#members.has(name)
  }

  get(name: string): string {
    const value = this.#members.get(name)
    if (value === undefined) throw new ProtocolError('invalid_header', `The header lacks ${name}`)
    return value
  }

  matching(name: string, pattern: RegExp): string {
    const value = this.get(name)
    if (!pattern.test(value)) throw new ProtocolError('invalid_header', `${name} has the wrong form`)
    return value
  }

  uuid(name: string): string {
    return this.matching(name, uuidPattern)
  }

  base64(name: string, length: number): string {
    return this.read(name, (value) => {
      base64Decode(value, name, length)
      return value
    })
  }

  /** Milliseconds since 1970, 9 to 15 digits. */
  time(name: string): number {
    return Number(this.matching(name, /^[0-9]{9,15}$/))
  }

  read<T>(name: string, parseValue: (text: string) => T): T {
    const value = this.get(name)
    try {
      return parseValue(value)
    } catch (cause) {
      throw new ProtocolError('invalid_header', `${name} has the wrong form`, { cause })
    }
  }
}
