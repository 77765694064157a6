import { PkiError, type PkiErrorCode } from '../errors.ts'
import { type DerElement, derChildren } from './element.ts'
import { Tag } from './tags.ts'

/** Walks the members of one SEQUENCE in the order of its ASN.1 definition, refusing what is missing or left over. */
export class Structure {
  readonly #members: readonly DerElement[]
  readonly #name: string
  readonly #code: PkiErrorCode
  readonly #offset: number
  #next = 0

  private constructor(members: readonly DerElement[], name: string, code: PkiErrorCode, offset: number) {
    this.#members = members
    this.#name = name
    this.#code = code
    this.#offset = offset
  }

  /** `name` is the ASN.1 type's, for messages; `code` the error its faults are reported under. `tag` differs for IMPLICIT. */
  static open(element: DerElement, name: string, code: PkiErrorCode, tag: number = Tag.Sequence): Structure {
    if (element.tag !== tag) {
      throw new PkiError(code, `${name} has tag 0x${element.tag.toString(16)}`, { offset: element.offset })
    }
    return new Structure(derChildren(element), name, code, element.offset)
  }

  /** The next member whatever it is. */
  any(member: string): DerElement {
    const element = this.#members[this.#next]
    if (!element) throw new PkiError(this.#code, `${this.#name} lacks ${member}`, { offset: this.#offset })
    this.#next++
    return element
  }

  required(tag: number, member: string): DerElement {
    const element = this.optional(tag)
    if (!element) {
      const found = this.#members[this.#next]
      const what = found ? `tag 0x${found.tag.toString(16)}` : 'nothing'
      throw new PkiError(this.#code, `${this.#name}: ${member} expected, ${what} found`, {
        offset: found?.offset ?? this.#offset,
      })
    }
    return element
  }

  optional(...tags: readonly number[]): DerElement | null {
    const element = this.#members[this.#next]
    if (!element || !tags.includes(element.tag)) return null
    this.#next++
    return element
  }

  rest(): readonly DerElement[] {
    const rest = this.#members.slice(this.#next)
    this.#next = this.#members.length
    return rest
  }

  end(): void {
    const left = this.#members[this.#next]
    if (left) throw new PkiError(this.#code, `${this.#name} has a member too many`, { offset: left.offset })
  }
}

/** The one element inside an EXPLICIT tag. */
export function explicitContent(element: DerElement, name: string, code: PkiErrorCode): DerElement {
  const [inner, ...more] = derChildren(element)
  if (!inner || more.length > 0) {
    throw new PkiError(code, `${name}: one element expected inside its tag`, { offset: element.offset })
  }
  return inner
}

/** Faults of the parts that every message is made of. */
const beneath: readonly PkiErrorCode[] = ['der_malformed', 'name_malformed']

/** Runs a parser and reports faults of DER and names below it under the message's own code, keeping the offset. */
export function parsing<T>(code: PkiErrorCode, name: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof PkiError && beneath.includes(error.code) && error.code !== code) {
      throw new PkiError(code, `${name}: ${error.message}`, { cause: error, ...offsetOf(error) })
    }
    throw error
  }
}

function offsetOf(error: PkiError): { offset?: number } {
  return error.offset === undefined ? {} : { offset: error.offset }
}
