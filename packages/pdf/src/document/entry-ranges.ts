import { PdfDictionary, PdfStream } from '../syntax/objects.ts'
import { parseIndirectObject } from '../syntax/parser.ts'
import type { FileReader } from './file-reader.ts'

/** An indirect dictionary and where each of its values stands. */
export interface EntryRanges {
  readonly dictionary: PdfDictionary
  /** Key → [first byte of the value, byte behind it], absolute in the file. Of a key given twice, the last. */
  readonly ranges: ReadonlyMap<string, readonly [number, number]>
  /** Keys that occur more than once. */
  readonly duplicates: readonly string[]
}

export async function readEntryRanges(reader: FileReader, offset: number): Promise<EntryRanges | null> {
  return reader.parseAt(offset, (lexer) => {
    const ranges = new Map<string, readonly [number, number]>()
    const duplicates = new Set<string>()
    const { value } = parseIndirectObject(lexer, reader.limits, {
      entry(key, start, end) {
        if (ranges.has(key)) duplicates.add(key)
        ranges.set(key, [start, end])
      },
    })
    const dictionary = value instanceof PdfStream ? value.dictionary : value
    return dictionary instanceof PdfDictionary ? { dictionary, ranges, duplicates: [...duplicates] } : null
  })
}
