import { PdfError } from '../errors.ts'
import { type Inflate, platformInflate } from '../filters/inflate.ts'
import { defaultLimits, type PdfLimits } from '../limits.ts'
import type { Decryption } from '../security/ciphers.ts'
import type { PdfSecurity, Security } from '../security/security.ts'
import { unlock } from '../security/unlock.ts'
import type { PdfSource } from '../source.ts'
import { integerValue, PdfDictionary, type PdfReference } from '../syntax/objects.ts'
import { parseIndirectObject } from '../syntax/parser.ts'
import { readChain } from '../xref/chain.ts'
import { scanForObjects } from '../xref/repair.ts'
import type { ObjectLocation, XrefSection } from '../xref/section.ts'
import { readHeader, readStartxref } from '../xref/tail.ts'
import { type EntryRanges, readEntryRanges } from './entry-ranges.ts'
import { FileReader } from './file-reader.ts'
import { groupRevisions, type PdfRevision, type RevisionSections } from './revisions.ts'
import { ObjectReader, type PdfView, View } from './view.ts'

export interface OpenOptions {
  readonly limits?: Partial<PdfLimits>
  /** Default: the platform's DecompressionStream. `@cloudsigner/pdf/node` has a faster one. */
  readonly inflate?: Inflate
  /** 'auto' (default): the file is scanned where its cross-references are broken; 'never': they throw; 'always'. */
  readonly repair?: 'auto' | 'never' | 'always'
  /** For encrypted documents. Without it they open as they stand: strings and streams are what the file has. */
  readonly decryption?: Decryption
}

/** A PDF, read as far as it is asked about: this is also the view of its newest revision. */
export interface PdfDocument extends PdfView {
  readonly source: PdfSource
  readonly limits: PdfLimits
  /** Byte of %PDF-. */
  readonly headerOffset: number
  /** What is added to the file's own offsets: `headerOffset` where they count from the header, else 0. */
  readonly offsetBase: number
  /** e.g. `1.7`, from the header (the catalog's Version may raise it); null where the header has none. */
  readonly headerVersion: string | null
  /** Why the cross-references were rebuilt by scanning; null for a file that was read as it stands. */
  readonly repaired: PdfError | null
  /** Whether the file is encrypted, opened with `decryption` or not. */
  readonly encrypted: boolean
  /** What the opened encryption permits; null for a document that is not encrypted, or was opened without `decryption`. */
  readonly security: PdfSecurity | null
  /** Oldest first; a repaired file has one. */
  readonly revisions: readonly PdfRevision[]
  /** The document as it was after revision `index`. RangeError for an index that there is not. */
  atRevision(index: number): PdfView
  /** What revision `index` itself says about objects. */
  revisionEntries(index: number): Promise<ReadonlyMap<number, ObjectLocation>>
  /** Where the values of an indirect dictionary stand in the file; null for one in an object stream or that is no dictionary. */
  entryRanges(reference: PdfReference, view?: PdfView): Promise<EntryRanges | null>
}

/** Errors for which scanning may help; bounds and what is no PDF at all are not among them. */
const repairable: ReadonlySet<string> = new Set([
  'startxref_missing',
  'xref_invalid',
  'xref_loop',
  'xref_mismatch',
  'root_invalid',
  'syntax',
  'unexpected_end',
  'stream_invalid',
  'filter_invalid',
])

/**
 * Opens a PDF: reads its header, its end and its cross-reference sections, no object but the catalog.
 * PdfError with any code of `pdfErrors`.
 */
export async function openDocument(source: PdfSource, options: OpenOptions = {}): Promise<PdfDocument> {
  const limits = { ...defaultLimits, ...options.limits }
  const reader = new FileReader(source, limits)
  const header = await readHeader(reader)
  const repair = options.repair ?? 'auto'
  if (repair === 'always')
    return repaired(reader, options, header, new PdfError('xref_invalid', null, 'repair was asked for'))
  try {
    return await asItStands(reader, options, header)
  } catch (error) {
    if (repair === 'never' || !(error instanceof PdfError) || !repairable.has(error.code)) throw error
    return repaired(reader, options, header, error)
  }
}

interface Header {
  readonly offset: number
  readonly version: string | null
}

async function asItStands(reader: FileReader, options: OpenOptions, header: Header): Promise<PdfDocument> {
  const inflate = options.inflate ?? platformInflate
  const startxref = await readStartxref(reader)
  const { chain, offsetBase } = await chainFrom(reader, startxref, header, inflate)
  const document = new Document(reader, inflate, header, offsetBase, await groupRevisions(reader, chain), null)
  if (options.decryption) await document.unlock(options.decryption)
  await document.catalog()
  return document
}

/** Offsets count from the header (7.5.2 in ISO 32000-2) or, with junk before it, from the file's first byte: both occur. */
async function chainFrom(
  reader: FileReader,
  startxref: number,
  header: Header,
  inflate: Inflate,
): Promise<{ chain: readonly XrefSection[]; offsetBase: number }> {
  if (header.offset > 0) {
    try {
      return { chain: await readChain(reader, startxref, header.offset, inflate), offsetBase: header.offset }
    } catch (error) {
      if (!(error instanceof PdfError) || !repairable.has(error.code)) throw error
    }
  }
  return { chain: await readChain(reader, startxref, 0, inflate), offsetBase: 0 }
}

async function repaired(
  reader: FileReader,
  options: OpenOptions,
  header: Header,
  reason: PdfError,
): Promise<PdfDocument> {
  const inflate = options.inflate ?? platformInflate
  await refuseCutLinearised(reader, header)
  const section = await scanForObjects(reader, header.offset, inflate)
  const revision: RevisionSections = {
    end: null,
    xrefOffset: section.offset,
    xrefKind: 'repaired',
    trailer: section.trailer,
    sections: [section],
  }
  const document = new Document(reader, inflate, header, header.offset, [revision], reason)
  if (options.decryption) await document.unlock(options.decryption)
  try {
    await document.catalog()
  } catch (error) {
    throw new PdfError(
      'unrepairable',
      null,
      `the cross-references are broken (${reason.message}) and scanning found no catalog`,
      error,
    )
  }
  return document
}

/** Annex F: the first object of a linearised file says how long the file is, so that a cut one is told from a broken one. */
async function refuseCutLinearised(reader: FileReader, header: Header): Promise<void> {
  const window = await reader.window(header.offset, 1024)
  if (!String.fromCharCode(...window.bytes).includes('/Linearized')) return
  const at = /\d+\s+\d+\s+obj/.exec(String.fromCharCode(...window.bytes))?.index
  if (at === undefined) return
  const { value } = await reader.parseAt(header.offset + at, (lexer) => parseIndirectObject(lexer, reader.limits))
  const length = value instanceof PdfDictionary ? integerValue(value.get('L')) : null
  if (length !== null && length > reader.size)
    throw new PdfError(
      'truncated',
      reader.size,
      `the file is cut off: it says that it has ${length} bytes, there are ${reader.size}`,
    )
}

class Document extends View implements PdfDocument {
  readonly source: PdfSource
  readonly limits: PdfLimits
  readonly headerOffset: number
  readonly offsetBase: number
  readonly headerVersion: string | null
  readonly repaired: PdfError | null
  readonly revisions: readonly RevisionSections[]
  readonly #reader: FileReader
  readonly #objectReader: ObjectReader

  constructor(
    reader: FileReader,
    inflate: Inflate,
    header: Header,
    offsetBase: number,
    revisions: readonly RevisionSections[],
    repaired: PdfError | null,
  ) {
    const objectReader = new ObjectReader(reader, inflate)
    super(objectReader, sectionsOf(revisions), revisions.at(-1)?.trailer ?? new PdfDictionary())
    this.#reader = reader
    this.#objectReader = objectReader
    this.source = reader.source
    this.limits = reader.limits
    this.headerOffset = header.offset
    this.headerVersion = header.version
    this.offsetBase = offsetBase
    this.revisions = revisions
    this.repaired = repaired
  }

  get encrypted(): boolean {
    return this.trailer.has('Encrypt')
  }

  get security(): Security | null {
    return this.#objectReader.security
  }

  async unlock(decryption: Decryption): Promise<void> {
    const entry = this.trailer.get('Encrypt')
    if (entry !== undefined) this.#objectReader.security = await unlock(this, entry, decryption)
  }

  atRevision(index: number): PdfView {
    const trailer = this.#revision(index).trailer
    return new View(this.#objectReader, sectionsOf(this.revisions.slice(0, index + 1)), trailer)
  }

  async revisionEntries(index: number): Promise<ReadonlyMap<number, ObjectLocation>> {
    const entries = new Map<number, ObjectLocation>()
    for (const section of this.#revision(index).sections.toReversed())
      for (const [number, location] of await section.entries()) entries.set(number, location)
    return entries
  }

  async entryRanges(reference: PdfReference, view: PdfView = this): Promise<EntryRanges | null> {
    const location = await view.locate(reference.number)
    if (location?.kind !== 'file' || location.generation !== reference.generation) return null
    return readEntryRanges(this.#reader, location.offset)
  }

  #revision(index: number): RevisionSections {
    const revision = this.revisions[index]
    if (!revision) throw new RangeError(`there is no revision ${index}, only ${this.revisions.length}`)
    return revision
  }
}

/** All sections of these revisions (oldest first), newest first. */
function sectionsOf(revisions: readonly RevisionSections[]): readonly XrefSection[] {
  return revisions.toReversed().flatMap((revision) => revision.sections)
}
