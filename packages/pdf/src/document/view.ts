import { PdfError } from '../errors.ts'
import { decodeStream } from '../filters/decode.ts'
import type { Inflate } from '../filters/inflate.ts'
import type { Security } from '../security/security.ts'
import { integerValue, isArray, PdfDictionary, type PdfObject, PdfReference, PdfStream } from '../syntax/objects.ts'
import { type IndirectObject, parseIndirectObject } from '../syntax/parser.ts'
import type { ObjectLocation, XrefSection } from '../xref/section.ts'
import type { FileReader } from './file-reader.ts'
import { type ObjectStream, readObjectStream } from './object-stream.ts'
import { readStreamData } from './stream-data.ts'

/** The document as of one revision (7.5.6). */
export interface PdfView {
  readonly trailer: PdfDictionary
  /** Highest object number that its cross-references name. */
  readonly maxObjectNumber: number
  /** Missing, free or of another generation: null (7.3.10). PdfError 'xref_mismatch' where an entry leads elsewhere. */
  getObject(reference: PdfReference): Promise<PdfObject>
  /** Follows references until a direct value; undefined gives null. */
  resolve(value: PdfObject | undefined): Promise<PdfObject>
  /** As resolve; null for any other type. */
  resolveDictionary(value: PdfObject | undefined): Promise<PdfDictionary | null>
  /** As resolve; null for any other type. */
  resolveArray(value: PdfObject | undefined): Promise<readonly PdfObject[] | null>
  /** PdfError 'root_invalid'. */
  catalog(): Promise<PdfDictionary>
  locate(number: number): Promise<ObjectLocation | null>
  /** Decoded by all its filters, or (raw) as it was before them; decrypted where the document was opened with `decryption`. */
  readStream(stream: PdfStream, options?: { readonly raw?: boolean }): Promise<Uint8Array>
}

/** What the views of one document share. The caches are bounded: an entry dropped is read again. */
export class ObjectReader {
  readonly reader: FileReader
  readonly inflate: Inflate
  /** Once the document is unlocked; what was read before is read anew. */
  #security: Security | null = null
  readonly #objects = new Map<number, IndirectObject>()
  readonly #objectStreams = new Map<number, ObjectStream>()

  constructor(reader: FileReader, inflate: Inflate) {
    this.reader = reader
    this.inflate = inflate
  }

  get security(): Security | null {
    return this.#security
  }

  set security(security: Security | null) {
    this.#security = security
    this.#objects.clear()
    this.#objectStreams.clear()
  }

  /** The object at this byte of the file. */
  async objectAt(offset: number): Promise<IndirectObject> {
    const known = this.#objects.get(offset)
    if (known) return known
    const parsed = await this.reader.parseAt(offset, (lexer) => parseIndirectObject(lexer, this.reader.limits))
    const object = this.#security ? decrypted(parsed, this.#security) : parsed
    remember(this.#objects, offset, object, 512)
    return object
  }

  async objectStreamAt(offset: number, view: View): Promise<ObjectStream> {
    const known = this.#objectStreams.get(offset)
    if (known) return known
    const { value } = await this.objectAt(offset)
    if (!(value instanceof PdfStream))
      throw new PdfError('xref_mismatch', offset, 'a cross-reference entry names an object stream that is no stream')
    const objectStream = await readObjectStream(
      this.reader,
      value,
      this.inflate,
      (item) => view.resolveFromFile(item),
      this.#security,
    )
    remember(this.#objectStreams, offset, objectStream, 8)
    return objectStream
  }
}

function decrypted(object: IndirectObject, security: Security): IndirectObject {
  const reference = new PdfReference(object.number, object.generation)
  return { ...object, value: security.decryptStrings(reference, object.value) }
}

function remember<Value>(cache: Map<number, Value>, key: number, value: Value, capacity: number): void {
  if (cache.size >= capacity) cache.clear()
  cache.set(key, value)
}

/** With more sections their entries are merged once: each look-up would have to pass them all. */
const manySections = 64

export class View implements PdfView {
  readonly trailer: PdfDictionary
  readonly maxObjectNumber: number
  readonly #objects: ObjectReader
  /** Newest first. */
  readonly #sections: readonly XrefSection[]
  #merged: Promise<ReadonlyMap<number, ObjectLocation>> | undefined

  constructor(objects: ObjectReader, sections: readonly XrefSection[], trailer: PdfDictionary) {
    this.#objects = objects
    this.#sections = sections
    this.trailer = trailer
    this.maxObjectNumber = sections.reduce((max, section) => Math.max(max, section.maxObjectNumber), 0)
  }

  async locate(number: number): Promise<ObjectLocation | null> {
    if (this.#sections.length > manySections) {
      this.#merged ??= mergedEntries(this.#sections)
      return (await this.#merged).get(number) ?? null
    }
    for (const section of this.#sections) {
      const location = await section.lookup(number)
      if (location) return location
    }
    return null
  }

  async getObject(reference: PdfReference): Promise<PdfObject> {
    const location = await this.locate(reference.number)
    if (!location || location.kind === 'free') return null
    if (location.kind === 'file') return this.#objectInFile(reference, location.offset, location.generation)
    if (reference.generation !== 0) return null
    const container = await this.locate(location.stream)
    if (container?.kind !== 'file')
      throw new PdfError('xref_mismatch', null, `object stream ${location.stream} is not in the file`)
    const objectStream = await this.#objects.objectStreamAt(container.offset, this)
    const value = objectStream.object(reference.number, location.index)
    if (value === undefined)
      throw new PdfError('xref_mismatch', container.offset, `object ${reference.number} is not in its object stream`)
    return value
  }

  async #objectInFile(reference: PdfReference, offset: number, generation: number): Promise<PdfObject> {
    if (generation !== reference.generation) return null
    let object: IndirectObject
    try {
      object = await this.#objects.objectAt(offset)
    } catch (error) {
      // Nothing that begins like an object is at that place: the entry is wrong, not the object.
      if (
        error instanceof PdfError &&
        (error.code === 'syntax' || error.code === 'unexpected_end') &&
        !(await this.#headerAt(offset))
      )
        throw new PdfError('xref_mismatch', offset, `no object ${reference.number} here`, error)
      throw error
    }
    if (object.number !== reference.number || object.generation !== generation)
      throw new PdfError('xref_mismatch', offset, `object ${object.number} stands where ${reference.number} should`)
    return object.value
  }

  async #headerAt(offset: number): Promise<boolean> {
    const { bytes } = await this.#objects.reader.window(offset, 40)
    return /^[\0\t\n\f\r ]*\d+[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+obj/.test(String.fromCharCode(...bytes))
  }

  async resolve(value: PdfObject | undefined): Promise<PdfObject> {
    let current = value ?? null
    for (let steps = 0; current instanceof PdfReference; steps++) {
      if (steps >= this.#objects.reader.limits.references) throw new PdfError('reference_limit', null)
      current = await this.getObject(current)
    }
    return current
  }

  /** As resolve, for what an object stream's own dictionary refers to: never into an object stream. */
  async resolveFromFile(value: PdfObject | undefined): Promise<PdfObject> {
    if (!(value instanceof PdfReference)) return value ?? null
    const location = await this.locate(value.number)
    if (location?.kind !== 'file') return null
    const direct = await this.getObject(value)
    return direct instanceof PdfReference ? null : direct
  }

  async resolveDictionary(value: PdfObject | undefined): Promise<PdfDictionary | null> {
    const direct = await this.resolve(value)
    return direct instanceof PdfDictionary ? direct : null
  }

  async resolveArray(value: PdfObject | undefined): Promise<readonly PdfObject[] | null> {
    const direct = await this.resolve(value)
    return isArray(direct) ? direct : null
  }

  async catalog(): Promise<PdfDictionary> {
    const root = await this.resolveDictionary(this.trailer.get('Root'))
    if (!root) throw new PdfError('root_invalid', null)
    return root
  }

  async readStream(stream: PdfStream, { raw = false }: { readonly raw?: boolean } = {}): Promise<Uint8Array> {
    const { reader, inflate, security } = this.#objects
    const length = integerValue(await this.resolve(stream.dictionary.get('Length')))
    const stored = await readStreamData(reader, stream, length)
    const resolve = (value: PdfObject | undefined): Promise<PdfObject> => this.resolve(value)
    const encoded = security ? await security.decryptStream(stream, stored.encoded, resolve) : stored.encoded
    if (raw) return encoded
    const offset = stream.content.kind === 'file' ? stream.content.offset : null
    return decodeStream(stream.dictionary, encoded, offset, {
      limits: reader.limits,
      budget: reader.budget,
      inflate,
      resolve,
    })
  }
}

async function mergedEntries(sections: readonly XrefSection[]): Promise<ReadonlyMap<number, ObjectLocation>> {
  const entries = new Map<number, ObjectLocation>()
  for (const section of sections.toReversed())
    for (const [number, location] of await section.entries()) entries.set(number, location)
  return entries
}
