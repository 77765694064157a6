import type { PdfDocument } from '../document/document.ts'
import { PdfError } from '../errors.ts'
import { Security } from '../security/security.ts'
import { isWhitespace } from '../syntax/characters.ts'
import { integerValue, isArray, PdfDictionary, type PdfObject, PdfReference, PdfString } from '../syntax/objects.ts'
import { PdfOutput, writeObject } from '../syntax/serialiser.ts'
import type { ObjectLocation } from '../xref/section.ts'
import { crossReferenceStream, writeTable } from './cross-references.ts'

/** A revision ready to be appended (7.5.6): the file and then these bytes are the new file. */
export interface Revision {
  readonly bytes: Uint8Array
  /** Where the holes lie within `bytes`. */
  readonly holes: ReadonlyMap<string, { readonly offset: number; readonly length: number }>
}

export interface FinishOptions {
  /** The second element of ID (14.4), from the revision's objects: deterministic, so that the same update gives the same file. */
  readonly identify: (objects: Uint8Array) => Uint8Array
}

const noIdentifier = new PdfString(new Uint8Array(), true)

/** Entries that belong to a cross-reference stream, to one section alone, or to nothing that is appended. */
const sectionEntries = [
  'Prev',
  'XRefStm',
  'Type',
  'Index',
  'W',
  'Length',
  'Filter',
  'DecodeParms',
  'F',
  'FFilter',
  'FDecodeParms',
  'DL',
  'Size',
  'ID',
]

/**
 * Collects what a revision adds and replaces, and writes it as the file's last revision was written: after a table a
 * table (so too after a hybrid, whose stream only serves objects that are hidden from old readers), after a stream a
 * stream. After a file that had to be repaired it gives the whole of the cross-references and names no earlier ones.
 */
export class RevisionBuilder {
  readonly #document: PdfDocument
  readonly #security: Security | null
  readonly #objects = new Map<number, { readonly reference: PdfReference; readonly value: PdfObject }>()
  #nextNumber: number

  /** What is added to an encrypted document is encrypted too. PdfError 'revision_invalid' where it was opened without `decryption`. */
  constructor(document: PdfDocument) {
    this.#document = document
    this.#security = document.security instanceof Security ? document.security : null
    if (document.encrypted && !this.#security)
      throw new PdfError('revision_invalid', null, 'a revision of an encrypted file needs its password')
    const size = integerValue(document.trailer.get('Size')) ?? 0
    const plausible = size <= document.limits.objectNumber + 1 ? size : 0
    // Size may be too small; a new object must never take the number of an old one, nor of one that the trailer names and the file lacks
    // (AdditionalStreams of LibreOffice): that reference would suddenly lead to it.
    const named = highestReference([...document.trailer.entries()].map(([, value]) => value))
    const next = Math.max(1, plausible, document.maxObjectNumber + 1)
    this.#nextNumber = named <= document.limits.objectNumber ? Math.max(next, named + 1) : next
  }

  /** Reserves a number, for objects that refer to one another. */
  reserve(): PdfReference {
    if (this.#nextNumber > this.#document.limits.objectNumber) throw new PdfError('object_count_limit', null)
    return new PdfReference(this.#nextNumber++, 0)
  }

  /** A new object. */
  add(value: PdfObject): PdfReference {
    const reference = this.reserve()
    this.put(reference, value)
    return reference
  }

  /** An object in place of the one with this number and generation, or under a reserved number. PdfError 'revision_invalid' for the Encrypt dictionary. */
  put(reference: PdfReference, value: PdfObject): void {
    if (this.#security?.isOwn(reference))
      throw new PdfError('revision_invalid', null, 'the encryption dictionary stands where another object should')
    this.#objects.set(reference.number, { reference, value })
  }

  /** The value that this revision gives the object so far; undefined where it has none. */
  pending(reference: PdfReference): PdfObject | undefined {
    return this.#objects.get(reference.number)?.value
  }

  async finish({ identify }: FinishOptions): Promise<Revision> {
    const { source, offsetBase } = this.#document
    const output = new PdfOutput()
    const [lastByte] = await source.read(source.size - 1, 1)
    if (!isWhitespace(lastByte)) output.write('\n')
    const entries = await this.#carriedEntries()
    for (const { reference, value } of this.#objects.values()) {
      const offset = source.size + output.length - offsetBase
      entries.set(reference.number, { kind: 'file', offset, generation: reference.generation })
      writeIndirect(output, reference, this.#security ? await this.#security.encryptObject(reference, value) : value)
    }
    const trailer = await this.#trailer(identify(output.bytes()))
    const startxref = source.size + output.length - offsetBase
    if (this.#writesStream(entries)) this.#writeStream(output, entries, trailer, startxref)
    else writeTable(output, entries, trailer.with('Size', this.#nextNumber))
    output.write(`startxref\n${startxref}\n%%EOF\n`)
    return { bytes: output.bytes(), holes: output.holes }
  }

  /** What a repaired file's appended section has to say of the old objects: all, since nothing else says it. */
  async #carriedEntries(): Promise<Map<number, ObjectLocation>> {
    const { repaired, offsetBase } = this.#document
    if (!repaired) return new Map()
    const entries = new Map<number, ObjectLocation>([[0, { kind: 'free' }]])
    for (const [number, location] of await this.#document.revisionEntries(0))
      entries.set(number, location.kind === 'file' ? { ...location, offset: location.offset - offsetBase } : location)
    return entries
  }

  #writesStream(entries: ReadonlyMap<number, ObjectLocation>): boolean {
    if (!this.#document.repaired) return this.#document.revisions.at(-1)?.xrefKind === 'stream'
    for (const location of entries.values()) if (location.kind === 'objectStream') return true
    return false
  }

  #writeStream(output: PdfOutput, entries: Map<number, ObjectLocation>, trailer: PdfDictionary, offset: number): void {
    const reference = this.reserve()
    entries.set(reference.number, { kind: 'file', offset, generation: 0 })
    writeIndirect(output, reference, crossReferenceStream(entries, trailer.with('Size', this.#nextNumber)))
  }

  /** 7.5.6: everything of the last trailer but Prev, which changes. */
  async #trailer(identifier: Uint8Array): Promise<PdfDictionary> {
    const document = this.#document
    const last = document.revisions.at(-1)
    const kept = document.trailer.without(...sectionEntries)
    const id = await document.resolveArray(document.trailer.get('ID'))
    const permanent = await document.resolve(id?.[0])
    const changing = new PdfString(identifier, true)
    // The key of an encrypted file is made from the first element (7.6.4.3.2): where it has none, none has to stay there.
    const first = permanent instanceof PdfString ? permanent : this.#security ? noIdentifier : changing
    const trailer = kept.with('ID', [first, changing])
    return document.repaired || !last ? trailer : trailer.with('Prev', last.xrefOffset - document.offsetBase)
  }
}

/** Depth is bounded by the parser. */
function highestReference(values: Iterable<PdfObject>): number {
  let highest = 0
  for (const value of values) {
    if (value instanceof PdfReference) highest = Math.max(highest, value.number)
    else if (isArray(value)) highest = Math.max(highest, highestReference(value))
    else if (value instanceof PdfDictionary)
      highest = Math.max(highest, highestReference([...value.entries()].map(([, item]) => item)))
  }
  return highest
}

function writeIndirect(output: PdfOutput, reference: PdfReference, value: PdfObject): void {
  output.write(`${reference.number} ${reference.generation} obj\n`)
  writeObject(output, value)
  output.write('\nendobj\n')
}
