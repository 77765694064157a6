import { PdfError } from '../errors.ts'
import { decodeStream } from '../filters/decode.ts'
import type { Inflate } from '../filters/inflate.ts'
import type { Security } from '../security/security.ts'
import { Lexer } from '../syntax/lexer.ts'
import { integerValue, isName, type PdfObject, PdfReference, type PdfStream } from '../syntax/objects.ts'
import { parseValue } from '../syntax/parser.ts'
import type { FileReader } from './file-reader.ts'
import { readStreamData } from './stream-data.ts'

/** Follows a reference to an object that lies in the file itself; others give null. */
export type ResolveFromFile = (value: PdfObject | undefined) => Promise<PdfObject>

/** A decoded object stream (7.5.7): objects are parsed when they are asked for. */
export class ObjectStream {
  readonly numbers: readonly number[]
  readonly #offsets: readonly number[]
  readonly #data: Uint8Array
  readonly #reader: FileReader
  /** Of the stream's data in the file: offsets of errors inside it would mean nothing to a reader of the file. */
  readonly #fileOffset: number | null

  constructor(reader: FileReader, stream: PdfStream, data: Uint8Array) {
    this.#reader = reader
    this.#data = data
    this.#fileOffset = stream.content.kind === 'file' ? stream.content.offset : null
    const count = integerValue(stream.dictionary.get('N'))
    const first = integerValue(stream.dictionary.get('First'))
    if (count === null || first === null || count < 0 || first < 0 || first > data.length)
      throw new PdfError('stream_invalid', this.#fileOffset, 'an object stream has no usable N and First')
    if (count > reader.limits.objectNumber || count > data.length)
      throw new PdfError('object_count_limit', this.#fileOffset, `an object stream announces ${count} objects`)
    const lexer = new Lexer({ bytes: data.subarray(0, first), base: 0, final: true })
    const numbers: number[] = []
    const offsets: number[] = []
    for (let index = 0; index < count; index++) {
      lexer.skipWhitespace()
      const number = lexer.unsigned()
      lexer.skipWhitespace()
      const offset = number === null ? null : lexer.unsigned()
      if (number === null || offset === null)
        throw new PdfError('stream_invalid', this.#fileOffset, 'the head of an object stream is malformed')
      numbers.push(number)
      offsets.push(first + offset)
    }
    this.numbers = numbers
    this.#offsets = offsets
  }

  /** Object `number`, which the cross-reference entry says is at `index`; undefined where the stream has no such object. */
  object(number: number, index: number): PdfObject | undefined {
    // Some writers get the index wrong; the number in the stream's own head decides.
    const at = this.numbers[index] === number ? index : this.numbers.indexOf(number)
    const offset = this.#offsets[at]
    if (offset === undefined) return undefined
    const lexer = new Lexer({ bytes: this.#data, base: 0, final: true }, offset)
    try {
      return parseValue(lexer, this.#reader.limits)
    } catch (error) {
      if (!(error instanceof PdfError)) throw error
      throw new PdfError(error.code, this.#fileOffset, `object ${number} in an object stream: ${error.message}`, error)
    } finally {
      this.#reader.budget.parsed(lexer.position - offset, this.#fileOffset)
    }
  }
}

/** Its own Length and Filter may be references only to objects outside of object streams, else reading would not end. */
export async function readObjectStream(
  reader: FileReader,
  stream: PdfStream,
  inflate: Inflate,
  resolve: ResolveFromFile,
  security: Security | null = null,
): Promise<ObjectStream> {
  const offset = stream.content.kind === 'file' ? stream.content.offset : null
  if (!isName(stream.dictionary.get('Type'), 'ObjStm'))
    throw new PdfError('xref_mismatch', offset, 'a cross-reference entry names an object stream that is none')
  const length = integerValue(await resolve(stream.dictionary.get('Length')))
  const stored = await readStreamData(reader, stream, length)
  const encoded = security ? await security.decryptStream(stream, stored.encoded, resolve) : stored.encoded
  const data = await decodeStream(stream.dictionary, encoded, offset, {
    limits: reader.limits,
    budget: reader.budget,
    inflate,
    resolve,
  })
  return new ObjectStream(reader, stream, data)
}

/** Numbers of the objects in an object stream, of a file whose references cannot be followed yet. */
export async function objectStreamNumbers(
  reader: FileReader,
  stream: PdfStream,
  inflate: Inflate,
): Promise<readonly number[]> {
  const direct: ResolveFromFile = async (value) => (value === undefined || value instanceof PdfReference ? null : value)
  return (await readObjectStream(reader, stream, inflate, direct)).numbers
}
