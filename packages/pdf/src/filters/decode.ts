import type { Budget } from '../document/budget.ts'
import { PdfError } from '../errors.ts'
import type { PdfLimits } from '../limits.ts'
import { integerValue, isArray, nameValue, PdfDictionary, type PdfObject } from '../syntax/objects.ts'
import { ascii85Decode, asciiHexDecode } from './ascii.ts'
import type { Inflate } from './inflate.ts'
import { lzwDecode } from './lzw.ts'
import { undoPredictor } from './predictor.ts'
import { runLengthDecode } from './run-length.ts'

/** What decoding needs from the document. */
export interface DecodeContext {
  readonly limits: PdfLimits
  readonly budget: Budget
  readonly inflate: Inflate
  /** Filter and DecodeParms may be references; in a cross-reference stream they are not. */
  resolve(value: PdfObject | undefined): Promise<PdfObject>
}

type Filter = (data: Uint8Array, parameters: PdfDictionary, context: DecodeContext) => Promise<Uint8Array>

const filters: Readonly<Record<string, Filter>> = {
  FlateDecode: async (data, parameters, { inflate, budget }) =>
    predicted(await inflate(data, budget.decodable), parameters),
  LZWDecode: async (data, parameters, { budget }) =>
    predicted(lzwDecode(data, integerValue(parameters.get('EarlyChange')) ?? 1, budget.decodable), parameters),
  ASCIIHexDecode: async (data) => asciiHexDecode(data),
  ASCII85Decode: async (data) => ascii85Decode(data),
  // What it says of encryption was done before the filters (7.4.10).
  Crypt: async (data) => data,
  RunLengthDecode: async (data, _, { budget }) => runLengthDecode(data, budget.decodable),
}
/** 7.4.1, table 6, and the names that inline images abbreviate (8.9.7): some writers use them for streams. */
const abbreviations: Readonly<Record<string, string>> = {
  Fl: 'FlateDecode',
  LZW: 'LZWDecode',
  AHx: 'ASCIIHexDecode',
  A85: 'ASCII85Decode',
  RL: 'RunLengthDecode',
}

function predicted(data: Uint8Array, parameters: PdfDictionary): Uint8Array {
  const predictor = integerValue(parameters.get('Predictor')) ?? 1
  if (predictor === 1) return data
  return undoPredictor(data, {
    predictor,
    colors: integerValue(parameters.get('Colors')) ?? 1,
    bitsPerComponent: integerValue(parameters.get('BitsPerComponent')) ?? 8,
    columns: integerValue(parameters.get('Columns')) ?? 1,
  })
}

/** Applies the stream's filters in order. `offset` of its data is put to errors that have none of their own. */
export async function decodeStream(
  dictionary: PdfDictionary,
  encoded: Uint8Array,
  offset: number | null,
  context: DecodeContext,
): Promise<Uint8Array> {
  const names = await asList(dictionary.get('Filter'), context)
  const parameters = await asList(dictionary.get('DecodeParms') ?? dictionary.get('DP'), context)
  if (names.length > context.limits.filters)
    throw new PdfError('filter_count_limit', offset, `a stream names ${names.length} filters`)
  let data = encoded
  for (const [index, filterName] of names.entries()) {
    const full = nameValue(filterName) ?? ''
    const filter = filters[abbreviations[full] ?? full]
    if (!filter) throw new PdfError('filter_unsupported', offset, `filter ${full || 'without a name'} is not supported`)
    const own = parameters[index]
    try {
      data = await filter(data, own instanceof PdfDictionary ? own : new PdfDictionary(), context)
    } catch (error) {
      throw located(error, offset, context)
    }
    context.budget.decoded(data.length, offset)
    if (data.length > context.limits.streamBytes) throw new PdfError('stream_size_limit', offset)
  }
  return data
}

/** With the stream's offset where the filter knew none; the last of the document's budget is not the stream's own limit. */
function located(error: unknown, offset: number | null, { budget, limits }: DecodeContext): unknown {
  if (!(error instanceof PdfError)) return error
  if (error.code === 'stream_size_limit' && budget.decodable < limits.streamBytes)
    return new PdfError('decode_limit', offset)
  return error.offset === null ? new PdfError(error.code, offset, error.message, error.cause) : error
}

async function asList(value: PdfObject | undefined, context: DecodeContext): Promise<readonly PdfObject[]> {
  const direct = await context.resolve(value)
  if (direct === null) return []
  if (!isArray(direct)) return [direct]
  if (direct.length > context.limits.filters) throw new PdfError('filter_count_limit', null)
  const items: PdfObject[] = []
  for (const item of direct) items.push(await context.resolve(item))
  return items
}
