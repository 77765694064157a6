/**
 * Values of PDF syntax (ISO 32000-2, 7.3). All are immutable; `null`, booleans, numbers and arrays are JavaScript's own.
 * Text is kept as the bytes of the file: a name is a string of one character a byte.
 */
export type PdfObject =
  | null
  | boolean
  | number
  | PdfName
  | PdfString
  | PdfReference
  | readonly PdfObject[]
  | PdfDictionary
  | PdfStream
  | PdfHole

export class PdfName {
  /** Without the solidus, escapes resolved; one character a byte. */
  readonly value: string
  constructor(value: string) {
    this.value = value
  }
}

export class PdfString {
  readonly bytes: Uint8Array
  /** Whether it is written in hexadecimal. */
  readonly hexadecimal: boolean
  constructor(bytes: Uint8Array, hexadecimal = false) {
    this.bytes = bytes
    this.hexadecimal = hexadecimal
  }
}

export class PdfReference {
  readonly number: number
  readonly generation: number
  constructor(number: number, generation = 0) {
    this.number = number
    this.generation = generation
  }
}

export class PdfDictionary {
  readonly #entries: ReadonlyMap<string, PdfObject>
  constructor(entries: Iterable<readonly [string, PdfObject]> | ReadonlyMap<string, PdfObject> = []) {
    this.#entries = entries instanceof Map ? entries : new Map(entries)
  }

  /** The value as it stands in the dictionary (perhaps a reference); undefined where there is none. */
  get(key: string): PdfObject | undefined {
    return this.#entries.get(key)
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  keys(): Iterable<string> {
    return this.#entries.keys()
  }

  entries(): Iterable<[string, PdfObject]> {
    return this.#entries.entries()
  }

  get size(): number {
    return this.#entries.size
  }

  /** A dictionary with this entry set; an entry that exists keeps its place. */
  with(key: string, value: PdfObject): PdfDictionary {
    return new PdfDictionary(new Map(this.#entries).set(key, value))
  }

  without(...keys: readonly string[]): PdfDictionary {
    const entries = new Map(this.#entries)
    for (const key of keys) entries.delete(key)
    return new PdfDictionary(entries)
  }
}

/** Where a stream's encoded data is: in the file (from `offset`, `Length` bytes, of this object), or in memory for a stream to be written. */
export type StreamContent =
  | { readonly kind: 'file'; readonly offset: number; readonly object: PdfReference }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }

export class PdfStream {
  readonly dictionary: PdfDictionary
  readonly content: StreamContent
  constructor(dictionary: PdfDictionary, content: StreamContent) {
    this.dictionary = dictionary
    this.content = content
  }
}

/** Room of `length` bytes that is filled after layout; only the writer knows it, no parser returns one. */
export class PdfHole {
  readonly label: string
  readonly text: string
  constructor(label: string, text: string) {
    this.label = label
    this.text = text
  }
}

export const name = (value: string): PdfName => new PdfName(value)
export const reference = (number: number, generation = 0): PdfReference => new PdfReference(number, generation)
export const dictionary = (entries: Readonly<Record<string, PdfObject>>): PdfDictionary =>
  new PdfDictionary(Object.entries(entries))

/** Whether a value is this name. */
export const isName = (value: PdfObject | undefined, expected: string): boolean =>
  value instanceof PdfName && value.value === expected

export const isArray = (value: PdfObject | undefined): value is readonly PdfObject[] => Array.isArray(value)

/** Name's text, or null for anything else. */
export const nameValue = (value: PdfObject | undefined): string | null =>
  value instanceof PdfName ? value.value : null

/** An integer, or null for anything else. */
export const integerValue = (value: PdfObject | undefined): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : null
