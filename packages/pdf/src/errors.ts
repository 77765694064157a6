/** Every reason for which this package refuses a file, each a bound or a rule of ISO 32000-2. */
export const pdfErrors = {
  // the source
  source_truncated: 'the source ended before the bytes it promised',
  not_a_pdf: 'no %PDF- header in the first 1024 bytes (7.5.2)',
  truncated: 'the file is cut off: its end has neither startxref nor %%EOF (7.5.5)',
  // syntax
  syntax: 'a token is not PDF syntax (7.2, 7.3)',
  unexpected_end: 'the file ends inside an object',
  stream_invalid: 'a stream has no usable Length and no endstream (7.3.8)',
  // cross-references
  startxref_missing: 'no startxref near the end of the file (7.5.5)',
  xref_invalid: 'a cross-reference section cannot be read (7.5.4, 7.5.8)',
  xref_loop: 'the chain of Prev entries returns to a section already read',
  xref_mismatch: 'a cross-reference entry does not lead to its object',
  root_invalid: 'the trailer leads to no document catalog (7.7.2)',
  unrepairable: 'the cross-reference table is broken and scanning found no document catalog',
  // encryption
  encryption_unsupported:
    'the file is encrypted in a way that is not supported: public keys, or an unknown handler (7.6)',
  encryption_invalid: 'what the file says of its encryption, or what is encrypted, is malformed (7.6)',
  password_wrong: 'the password opens the file neither as its user nor as its owner (7.6.4)',
  // structure
  page_tree_invalid: 'the page tree leads to no page (7.7.3)',
  type_mismatch: 'an entry has another type than ISO 32000-2 requires',
  revision_invalid: 'a revision cannot be written as asked',
  // filters
  filter_unsupported: 'a stream uses a filter that is not supported here (7.4)',
  filter_invalid: 'encoded stream data is corrupt',
  // bounds
  depth_limit: 'objects are nested too deeply',
  object_size_limit: 'an object is too large',
  object_count_limit: 'object numbers exceed the limit (Annex C)',
  stream_size_limit: 'a stream is too large, encoded or decoded',
  parse_limit: 'reading the file takes too much: its objects overlap or are asked for too often',
  decode_limit: 'the streams of the file decode to too much in all',
  filter_count_limit: 'a stream names too many filters',
  xref_section_limit: 'too many cross-reference sections or subsections',
  reference_limit: 'references lead on to references for too long',
  page_tree_limit: 'the page tree is too deep or too wide to find a page',
  field_limit: 'the form has too many fields, or they are nested too deeply',
  repair_size_limit: 'the cross-reference table is broken and the file is too large to scan',
} as const

export type PdfErrorCode = keyof typeof pdfErrors

/** A file that is not what it should be. `offset` is the byte of the file at which that was seen, where one is known. */
export class PdfError extends Error {
  override readonly name = 'PdfError'
  readonly code: PdfErrorCode
  readonly offset: number | null

  constructor(code: PdfErrorCode, offset: number | null, message: string = pdfErrors[code], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.offset = offset
  }
}
