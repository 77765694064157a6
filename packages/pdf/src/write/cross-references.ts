import { PdfDictionary, PdfName, type PdfObject, PdfStream } from '../syntax/objects.ts'
import { type PdfOutput, writeObject } from '../syntax/serialiser.ts'
import type { ObjectLocation } from '../xref/section.ts'

/** Entries of one section by object number; offsets as they are to be written. */
export type Entries = ReadonlyMap<number, ObjectLocation>

/** A classic table and its trailer (7.5.4, 7.5.5). */
export function writeTable(output: PdfOutput, entries: Entries, trailer: PdfDictionary): void {
  output.write('xref\n')
  for (const { first, numbers } of consecutive(entries)) {
    output.write(`${first} ${numbers.length}\n`)
    for (const number of numbers) output.write(tableEntry(number, entries.get(number)))
  }
  output.write('trailer\n')
  writeObject(output, trailer)
  output.write('\n')
}

function tableEntry(number: number, location: ObjectLocation | undefined): string {
  if (location?.kind === 'file')
    return `${String(location.offset).padStart(10, '0')} ${String(location.generation).padStart(5, '0')} n \n`
  if (location?.kind === 'objectStream') throw new TypeError(`object ${number} of an object stream fits in no table`)
  return '0000000000 65535 f \n'
}

/** A cross-reference stream (7.5.8), not compressed: it is small, and its bytes are then the same on every platform. */
export function crossReferenceStream(entries: Entries, trailer: PdfDictionary): PdfStream {
  const widths = [1, 1, 2]
  const rows: (readonly [number, number, number])[] = []
  const index: number[] = []
  for (const { first, numbers } of consecutive(entries)) {
    index.push(first, numbers.length)
    for (const number of numbers) rows.push(streamRow(entries.get(number)))
  }
  for (const [, second, third] of rows) {
    widths[1] = Math.max(widths[1] ?? 1, byteLength(second))
    widths[2] = Math.max(widths[2] ?? 2, byteLength(third))
  }
  const rowLength = widths.reduce((sum, width) => sum + width, 0)
  const bytes = new Uint8Array(rowLength * rows.length)
  let position = 0
  for (const row of rows)
    for (const [column, value] of row.entries()) {
      const width = widths[column] ?? 0
      for (let byte = 0; byte < width; byte++) bytes[position++] = Math.floor(value / 256 ** (width - 1 - byte)) & 0xff
    }
  const own: Readonly<Record<string, PdfObject>> = { Type: new PdfName('XRef'), Index: index, W: widths }
  const dictionary = new PdfDictionary([...Object.entries(own), ...trailer.entries()])
  return new PdfStream(dictionary, { kind: 'bytes', bytes })
}

function streamRow(location: ObjectLocation | undefined): readonly [number, number, number] {
  if (location?.kind === 'file') return [1, location.offset, location.generation]
  if (location?.kind === 'objectStream') return [2, location.stream, location.index]
  return [0, 0, 65535]
}

const byteLength = (value: number): number => {
  let length = 1
  for (let rest = Math.floor(value / 256); rest > 0; rest = Math.floor(rest / 256)) length++
  return length
}

/** Runs of consecutive object numbers: a section's subsections. */
function consecutive(entries: Entries): readonly { first: number; numbers: number[] }[] {
  const runs: { first: number; numbers: number[] }[] = []
  for (const number of [...entries.keys()].sort((a, b) => a - b)) {
    const run = runs.at(-1)
    if (run && run.first + run.numbers.length === number) run.numbers.push(number)
    else runs.push({ first: number, numbers: [number] })
  }
  return runs
}
