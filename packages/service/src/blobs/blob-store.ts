/**
 * Immutable blobs. Names are `/`-separated, of lower-case letters, digits, `-`, `_` and `.`; a name is written once.
 */
export interface BlobStore {
  /** Writes the whole blob or nothing. Throws BlobError `exists` for a name that is taken. */
  write(name: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<{ readonly size: number }>
  /** Exactly `length` bytes from `offset`, or throws BlobError `not_found` or `truncated`. */
  read(name: string, offset: number, length: number): Promise<Uint8Array>
  /** The same bytes in pieces. */
  stream(name: string, offset: number, length: number): AsyncIterable<Uint8Array>
  /** The blob's size in bytes; throws BlobError `not_found`. */
  size(name: string): Promise<number>
  exists(name: string): Promise<boolean>
  /** Removes the blob; one that is absent is no error, so that a deletion can be repeated. */
  delete(name: string): Promise<void>
  /** Names below a prefix that ends in `/` ('' is all), in no order: for clearing up what no record names. */
  list(prefix: string): AsyncIterable<string>
}

export class BlobError extends Error {
  override readonly name = 'BlobError'
  readonly code: 'not_found' | 'exists' | 'truncated' | 'invalid_name'

  constructor(code: BlobError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

const segment = /^[a-z0-9][a-z0-9._-]{0,127}$/

/** The segments of a blob's name. */
export function blobNameSegments(name: string): readonly string[] {
  const segments = name.split('/')
  if (segments.length > 8 || !segments.every((each) => segment.test(each)))
    throw new BlobError('invalid_name', `${JSON.stringify(name)} is not a blob's name`)
  return segments
}
