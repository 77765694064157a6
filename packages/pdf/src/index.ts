/** PDF syntax: read lazily by range, append revisions, never rewrite. Clauses are those of ISO 32000-2. */
export { type OpenOptions, openDocument, type PdfDocument } from './document/document.ts'
export type { EntryRanges } from './document/entry-ranges.ts'
export type { PdfRevision } from './document/revisions.ts'
export type { PdfView } from './document/view.ts'
export { PdfError, type PdfErrorCode, pdfErrors } from './errors.ts'
export { type Inflate, platformInflate } from './filters/inflate.ts'
export { defaultLimits, type PdfLimits } from './limits.ts'
export type { Decryption, PdfCiphers } from './security/ciphers.ts'
export type { PdfSecurity } from './security/security.ts'
export { blobSource, bytesSource, type PdfSource, readPieces, segmentsSource } from './source.ts'
export { type FormField, readFormFields } from './structure/form.ts'
export { findPage, firstPage, inheritedPageEntry, type PageLocation, walkPages } from './structure/pages.ts'
export { formatDate, parseDate } from './syntax/date.ts'
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
export { parseObject } from './syntax/parser.ts'
export { serialiseObject } from './syntax/serialiser.ts'
export { decodeTextString, encodeTextString } from './syntax/text-string.ts'
export { type FinishOptions, type Revision, RevisionBuilder } from './write/revision.ts'
export type { ObjectLocation } from './xref/section.ts'
