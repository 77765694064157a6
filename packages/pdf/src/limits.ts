/** Bounds on what is read; each has its own error code (beside it). */
export interface PdfLimits {
  /** Arrays and dictionaries within one another: `depth_limit`. */
  readonly depth: number
  /** Bytes of one object, stream data not counted: `object_size_limit`. */
  readonly objectBytes: number
  /** Bytes of one stream's data, encoded, decoded and at each filter between: `stream_size_limit`. */
  readonly streamBytes: number
  /** Bytes parsed in all, of one document: `parse_limit`. A bound on time that is the same on every machine. */
  readonly parsedBytes: number
  /** Bytes decoded in all, of one document: `decode_limit`. */
  readonly decodedBytes: number
  /** Filters of one stream: `filter_count_limit`. */
  readonly filters: number
  /** Highest object number: `object_count_limit`. */
  readonly objectNumber: number
  /** Sections in the chain of Prev, and subsections within one section: `xref_section_limit`. */
  readonly xrefSections: number
  /** References leading to references: `reference_limit`. */
  readonly references: number
  /** Levels of the page tree: `page_tree_limit`. */
  readonly pageTreeDepth: number
  /** Form fields in all, and levels of them: `field_limit`. */
  readonly fields: number
  readonly fieldDepth: number
  /** Bytes that are scanned when the cross-reference table is broken: `repair_size_limit`. */
  readonly repairBytes: number
}

export const defaultLimits: PdfLimits = {
  depth: 96,
  objectBytes: 32 * 1024 * 1024,
  streamBytes: 128 * 1024 * 1024,
  parsedBytes: 256 * 1024 * 1024,
  decodedBytes: 512 * 1024 * 1024,
  filters: 8,
  objectNumber: 8_388_607, // ISO 32000-1 Annex C, table C.1
  xrefSections: 4096,
  references: 32,
  pageTreeDepth: 64,
  fields: 20_000,
  fieldDepth: 32,
  repairBytes: 256 * 1024 * 1024,
}
