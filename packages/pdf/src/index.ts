// The room's surface; parts marked `declare` follow.
import type { PdfLimits } from './limits.ts'
import type { PdfSource } from './source.ts'
import type { PdfDictionary, PdfObject, PdfReference, PdfStream, PdfString } from './syntax/objects.ts'

export { PdfError, type PdfErrorCode, pdfErrors } from './errors.ts'
export { defaultLimits, type PdfLimits } from './limits.ts'
export { blobSource, bytesSource, type PdfSource, segmentsSource } from './source.ts'
export {
  dictionary,
  integerValue,
  isArray,
  isName,
  name,
  nameValue,
  PdfDictionary,
  PdfHole,
  PdfName,
  type PdfObject,
  PdfReference,
  PdfStream,
  PdfString,
  reference,
  type StreamContent,
} from './syntax/objects.ts'

/** Inflates zlib data; throws PdfError 'stream_size_limit' beyond `limit` bytes, 'filter_invalid' for corrupt data. */
export type Inflate = (data: Uint8Array, limit: number) => Promise<Uint8Array>

/** Where an object lies. */
export type ObjectLocation =
  | { readonly kind: 'file'; readonly offset: number; readonly generation: number }
  | { readonly kind: 'objectStream'; readonly stream: number; readonly index: number }
  | { readonly kind: 'free' }

/** The document as of one revision (7.5.6). */
export interface PdfView {
  readonly trailer: PdfDictionary
  /** Missing, free or of another generation: null (7.3.10). PdfError 'xref_mismatch' where an entry leads elsewhere. */
  getObject(reference: PdfReference): Promise<PdfObject>
  /** Follows references until a direct value. */
  resolve(value: PdfObject | undefined): Promise<PdfObject>
  resolveDictionary(value: PdfObject | undefined): Promise<PdfDictionary | null>
  resolveArray(value: PdfObject | undefined): Promise<readonly PdfObject[] | null>
  catalog(): Promise<PdfDictionary>
  /** Highest object number in use or named by Size. */
  readonly maxObjectNumber: number
  locate(number: number): Promise<ObjectLocation | null>
  /** Decoded (all filters), or as it stands in the file. */
  readStream(stream: PdfStream, options?: { readonly raw?: boolean }): Promise<Uint8Array>
}

/** One revision: what one save wrote (a linearised file's two sections, or a hybrid's table and stream, are one). */
export interface PdfRevision {
  /** Byte after its %%EOF and the end of line behind it; null where it has none. */
  readonly end: number | null
  /** Byte at which its newest cross-reference section begins. */
  readonly xrefOffset: number
  readonly xrefKind: 'table' | 'stream' | 'hybrid'
  readonly trailer: PdfDictionary
}

export interface PdfDocument extends PdfView {
  readonly source: PdfSource
  readonly limits: PdfLimits
  /** Byte of %PDF-: the offsets in the file may count from it (`offsetBase`). */
  readonly headerOffset: number
  readonly offsetBase: number
  /** e.g. `1.7`, from the header (the catalog's Version may raise it); null where it is none. */
  readonly headerVersion: string | null
  /** Why the cross-references were rebuilt by scanning; null for a file that was read as it stands. */
  readonly repaired: { readonly reason: PdfErrorSummary } | null
  readonly encrypted: boolean
  /** Oldest first; one for a repaired file. */
  readonly revisions: readonly PdfRevision[]
  /** The document as it was after revision `index`. */
  atRevision(index: number): PdfView
  /** What revision `index` itself says about objects: number → location. */
  revisionEntries(index: number): Promise<ReadonlyMap<number, ObjectLocation>>
  /** Bytes of the values of an indirect dictionary, as absolute ranges of the file; null for one in an object stream. */
  entryRanges(reference: PdfReference, view?: PdfView): Promise<EntryRanges | null>
}
export interface EntryRanges {
  readonly dictionary: PdfDictionary
  /** key → [first byte, byte after]. */
  readonly ranges: ReadonlyMap<string, readonly [number, number]>
  /** Keys that occur more than once. */
  readonly duplicates: readonly string[]
}
export interface PdfErrorSummary {
  readonly code: string
  readonly offset: number | null
  readonly message: string
}
export interface OpenOptions {
  readonly limits?: Partial<PdfLimits>
  /** Default: the platform's DecompressionStream. `@cloudsigner/pdf/node` has a faster one. */
  readonly inflate?: Inflate
  /** 'auto' (default): scan when the cross-references are broken; 'never': throw instead; 'always'. */
  readonly repair?: 'auto' | 'never' | 'always'
}
export declare function openDocument(source: PdfSource, options?: OpenOptions): Promise<PdfDocument>

/** A form field (12.7.4): terminal or not, with what it inherits. */
export interface FormField {
  /** Fully qualified; partial names joined by full stops. */
  readonly name: string
  /** null for a field that is a direct object. */
  readonly reference: PdfReference | null
  readonly dictionary: PdfDictionary
  /** FT, own or inherited: `Sig`, `Tx`, `Btn`, `Ch`. */
  readonly type: string | null
  /** V, own or inherited, as it stands (perhaps a reference). */
  readonly value: PdfObject | undefined
  readonly terminal: boolean
  /** Widgets: the field itself where merged, else its kids without T. */
  readonly widgets: readonly (PdfReference | PdfDictionary)[]
}
export declare function readFormFields(view: PdfView, limits?: PdfLimits): Promise<readonly FormField[]>

export interface PageLocation {
  readonly index: number
  readonly reference: PdfReference
  readonly dictionary: PdfDictionary
}
export declare function firstPage(view: PdfView, limits?: PdfLimits): Promise<PageLocation>

/** Syntax: one object from bytes, all of them used. PdfError 'syntax' | 'unexpected_end' | 'depth_limit'. */
export declare function parseObject(bytes: Uint8Array, limits?: PdfLimits): PdfObject
export declare function serialiseObject(value: PdfObject): Uint8Array

/** Text strings (7.9.2.2) and dates (7.9.4). */
export declare function decodeTextString(value: PdfString): string
export declare function encodeTextString(text: string): PdfString
export declare function parseDate(value: PdfString): Date | null
export declare function formatDate(date: Date): PdfString
