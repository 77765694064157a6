/** Reads members of an answer, each with its type; what is not there in that type is refused. */
import { MobileTokenError } from './mobile-token-error.ts'

export class Reader {
  readonly #members: Readonly<Record<string, unknown>>

  private constructor(members: Readonly<Record<string, unknown>>) {
    this.#members = members
  }

  /** Throws `invalid_response`. */
  static of(value: unknown): Reader {
    const reader = Reader.find(value)
    if (reader === undefined) throw invalid('an object is missing')
    return reader
  }

  static find(value: unknown): Reader | undefined {
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Reader({ ...value }) : undefined
  }

  get(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined
  }

  text(name: string): string {
    const value = this.get(name)
    if (typeof value !== 'string') throw invalid(`${name} is missing`)
    return value
  }

  /** Undefined where it is absent or null. */
  findText(name: string): string | undefined {
    return this.get(name) === null || this.get(name) === undefined ? undefined : this.text(name)
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const text = this.text(name)
    const value = values.find((candidate) => candidate === text)
    if (value === undefined) throw invalid(`${name} is unknown`)
    return value
  }

  flag(name: string): boolean {
    return this.get(name) === true
  }

  /** Null where it is absent or no number. */
  number(name: string): number | null {
    const value = this.get(name)
    return typeof value === 'number' ? value : null
  }

  object(name: string): Reader {
    return Reader.of(this.get(name))
  }

  findObject(name: string): Reader | undefined {
    return Reader.find(this.get(name))
  }

  list(name: string): readonly unknown[] {
    const value = this.get(name)
    if (!Array.isArray(value)) throw invalid(`${name} is no list`)
    return value
  }

  /** Texts of a list; what is no text is left out. An absent list is empty. */
  texts(name: string): readonly string[] {
    const value = this.get(name)
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
  }

  /** `2018-07-02T14:43:13+0000`, or any other form of ISO 8601 that has a zone. */
  date(name: string): Date {
    const date = new Date(this.text(name).replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
    if (Number.isNaN(date.getTime())) throw invalid(`${name} is no moment`)
    return date
  }
}

export function invalid(reason: string): MobileTokenError {
  return new MobileTokenError(
    'invalid_response',
    `The answer of the server does not have the form of the API: ${reason}`,
  )
}

/** The members that are there. */
export function present<T extends object>(members: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof T]?: Exclude<T[K], undefined> // fromEntries forgets the names, which are those that came in
  }
}
