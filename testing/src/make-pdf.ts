/** Small PDFs made by hand for the tests: text of one character a byte. */

export interface MakeOptions {
  readonly kind?: 'table' | 'stream'
  readonly header?: string
  /** Entries of the trailer beside Size and Root. */
  readonly trailer?: string
}

/** Bytes of a text whose characters are all below 256. */
export const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))
/** Text of one character a byte. */
export const text = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')

const catalog = '<</Type /Catalog /Pages 2 0 R>>'
const pages = '<</Type /Pages /Kids [3 0 R] /Count 1>>'
const page = '<</Type /Page /Parent 2 0 R /MediaBox [0 0 200 200]>>'

/** Catalog, page tree and one page; further objects from 4 on. */
export const plainObjects: readonly string[] = [catalog, pages, page]

/** A file of these objects, numbered from 1; object 1 is the Root. */
export function makePdf(objects: readonly string[] = plainObjects, options: MakeOptions = {}): Uint8Array {
  const { kind = 'table', header = '%PDF-1.7\n', trailer = '' } = options
  let file = header
  const offsets: number[] = []
  for (const [index, body] of objects.entries()) {
    offsets.push(file.length)
    file += `${index + 1} 0 obj\n${body}\nendobj\n`
  }
  const startxref = file.length
  file += kind === 'table' ? table(offsets, trailer) : stream(offsets, startxref, trailer)
  return latin1(`${file}startxref\n${startxref}\n%%EOF\n`)
}

function table(offsets: readonly number[], trailer: string): string {
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const size = offsets.length + 1
  return `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<</Size ${size} /Root 1 0 R ${trailer}>>\n`
}

function stream(offsets: readonly number[], startxref: number, trailer: string): string {
  const size = offsets.length + 2
  const rows = [[0, 0, 255], ...[...offsets, startxref].map((offset) => [1, offset, 0])]
  const data = rows.map(([type = 0, offset = 0, third = 0]) =>
    String.fromCharCode(type, offset >> 16, (offset >> 8) & 255, offset & 255, third),
  )
  return `${size - 1} 0 obj\n<</Type /XRef /Size ${size} /Root 1 0 R /W [1 3 1] /Length ${data.length * 5} ${trailer}>>\nstream\n${data.join('')}\nendstream\nendobj\n`
}
