/** Writes whole PDF files of given objects: with a classic table, or with object streams and a cross-reference stream. */
import { deflateSync } from 'node:zlib'

export type XrefKind = 'table' | 'stream'

/** Object N + 1 of a file: a dictionary, or (with data) the entries of a stream's dictionary. */
export interface Body {
  readonly dictionary: string
  readonly data?: Uint8Array
}

type Place = { readonly offset: number } | { readonly stream: number; readonly index: number }

const objectsPerStream = 100

export function writeFile(objects: readonly Body[], xref: XrefKind): Uint8Array {
  const file = new FileWriter()
  file.text('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n')
  const places = new Map<number, Place>()
  const held: { number: number; text: string }[] = []
  for (const [index, body] of objects.entries()) {
    const number = index + 1
    if (xref === 'stream' && !body.data) held.push({ number, text: body.dictionary })
    else places.set(number, { offset: file.object(number, body) })
  }
  let next = objects.length + 1
  for (let start = 0; start < held.length; start += objectsPerStream) {
    const group = held.slice(start, start + objectsPerStream)
    for (const [index, { number }] of group.entries()) places.set(number, { stream: next, index })
    places.set(next, { offset: file.object(next, objectStream(group)) })
    next++
  }
  const startxref = file.length
  if (xref === 'table') file.text(table(places))
  else {
    places.set(next, { offset: startxref })
    file.object(next, crossReferenceStream(places))
  }
  file.text(`startxref\n${startxref}\n%%EOF\n`)
  return file.bytes()
}

class FileWriter {
  length = 0
  readonly #chunks: Uint8Array[] = []

  text(text: string): void {
    this.#push(Buffer.from(text, 'latin1'))
  }

  /** Gives the object's offset. */
  object(number: number, { dictionary, data }: Body): number {
    const offset = this.length
    if (!data) this.text(`${number} 0 obj\n${dictionary}\nendobj\n`)
    else {
      this.text(`${number} 0 obj\n<<${dictionary}/Length ${data.length}>>\nstream\n`)
      this.#push(data)
      this.text('\nendstream\nendobj\n')
    }
    return offset
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks))
  }

  #push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.length += chunk.length
  }
}

function objectStream(group: readonly { number: number; text: string }[]): Body {
  let head = ''
  let content = ''
  for (const { number, text } of group) {
    head += `${number} ${content.length} `
    content += `${text}\n`
  }
  const data = deflateSync(Buffer.from(head + content, 'latin1'))
  return { dictionary: `/Type/ObjStm/N ${group.length}/First ${head.length}/Filter/FlateDecode`, data }
}

const trailer = (size: number): string => {
  const id = '<00112233445566778899aabbccddeeff>'
  return `/Size ${size}/Root 1 0 R/ID[${id}${id}]`
}

function table(places: ReadonlyMap<number, Place>): string {
  const size = places.size + 1
  let text = `xref\n0 ${size}\n0000000000 65535 f \n`
  for (let number = 1; number < size; number++) {
    const place = places.get(number)
    text += `${String(place && 'offset' in place ? place.offset : 0).padStart(10, '0')} 00000 n \n`
  }
  return `${text}trailer\n<<${trailer(size)}>>\n`
}

/** Entries of 1 + 4 + 2 bytes, each predicted from the one above (PNG "up"), as most writers do. */
function crossReferenceStream(places: ReadonlyMap<number, Place>): Body {
  const size = places.size + 1
  const width = 7
  const rows = Buffer.alloc(size * (width + 1))
  let above = Buffer.alloc(width)
  for (let number = 0; number < size; number++) {
    const row = Buffer.alloc(width)
    const place = places.get(number)
    row[0] = !place ? 0 : 'offset' in place ? 1 : 2
    row.writeUInt32BE(!place ? 0 : 'offset' in place ? place.offset : place.stream, 1)
    row.writeUInt16BE(place && 'index' in place ? place.index : 0, 5)
    rows[number * (width + 1)] = 2
    for (let column = 0; column < width; column++)
      rows[number * (width + 1) + 1 + column] = (row[column] ?? 0) - (above[column] ?? 0)
    above = row
  }
  const parameters = `/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns ${width}>>`
  return { dictionary: `/Type/XRef/W[1 4 2]${trailer(size)}${parameters}`, data: deflateSync(rows) }
}
