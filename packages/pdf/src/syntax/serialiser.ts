import { isRegular, latin1Bytes } from './characters.ts'
import { PdfDictionary, PdfHole, PdfName, type PdfObject, PdfReference, PdfStream, PdfString } from './objects.ts'

/** Collects text of one character a byte, and notes where the holes came to lie. */
export class PdfOutput {
  readonly holes = new Map<string, { readonly offset: number; readonly length: number }>()
  #text = ''
  #chunks: Uint8Array[] = []
  #flushed = 0

  /** Bytes written so far. */
  get length(): number {
    return this.#flushed + this.#text.length
  }

  write(text: string): void {
    this.#text += text
  }

  writeBytes(bytes: Uint8Array): void {
    this.#flush()
    this.#chunks.push(bytes)
    this.#flushed += bytes.length
  }

  hole(hole: PdfHole): void {
    this.holes.set(hole.label, { offset: this.length, length: hole.text.length })
    this.write(hole.text)
  }

  bytes(): Uint8Array {
    this.#flush()
    const whole = new Uint8Array(this.#flushed)
    let position = 0
    for (const chunk of this.#chunks) {
      whole.set(chunk, position)
      position += chunk.length
    }
    return whole
  }

  #flush(): void {
    if (this.#text === '') return
    this.#chunks.push(latin1Bytes(this.#text))
    this.#flushed += this.#text.length
    this.#text = ''
  }
}

/** The bytes of one value; parseObject gives it back (a stream has no form of its own and is written by the revision writer). */
export function serialiseObject(value: PdfObject): Uint8Array {
  const output = new PdfOutput()
  writeObject(output, value)
  return output.bytes()
}

export function writeObject(output: PdfOutput, value: PdfObject): void {
  if (value === null) output.write('null')
  else if (typeof value === 'boolean') output.write(value ? 'true' : 'false')
  else if (typeof value === 'number') output.write(numberText(value))
  else if (value instanceof PdfName) output.write(nameText(value.value))
  else if (value instanceof PdfString) output.write(stringText(value))
  else if (value instanceof PdfReference) output.write(`${value.number} ${value.generation} R`)
  else if (value instanceof PdfHole) output.hole(value)
  else if (value instanceof PdfDictionary) writeDictionary(output, value)
  else if (value instanceof PdfStream) writeStream(output, value)
  else writeArray(output, value)
}

function writeArray(output: PdfOutput, items: readonly PdfObject[]): void {
  output.write('[')
  for (const [index, item] of items.entries()) {
    if (index > 0) output.write(' ')
    writeObject(output, item)
  }
  output.write(']')
}

function writeDictionary(output: PdfOutput, value: PdfDictionary): void {
  output.write('<<')
  for (const [key, entry] of value.entries()) {
    output.write(`${nameText(key)} `)
    writeObject(output, entry)
  }
  output.write('>>')
}

function writeStream(output: PdfOutput, stream: PdfStream): void {
  if (stream.content.kind !== 'bytes') throw new TypeError('a stream that lies in a file is not written again')
  writeDictionary(output, stream.dictionary.with('Length', stream.content.bytes.length))
  output.write('\nstream\n')
  output.writeBytes(stream.content.bytes)
  output.write('\nendstream')
}

/** 7.3.3: no exponents. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no PDF number`)
  const text = String(value)
  if (!text.includes('e')) return text
  const [mantissa = '', exponent = ''] = text.split('e')
  const negative = mantissa.startsWith('-')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  const plain =
    point <= 0
      ? `0.${'0'.repeat(-point)}${digits}`
      : `${digits.padEnd(point, '0').slice(0, point)}${digits.length > point ? `.${digits.slice(point)}` : ''}`
  return negative ? `-${plain}` : plain
}

const plainName = /^[A-Za-z0-9_.+-]*$/

/** 7.3.5: regular characters from ! to ~ stand for themselves, all else is #xx. */
function nameText(value: string): string {
  if (plainName.test(value)) return `/${value}`
  let text = '/'
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index)
    const plain = code > 0x20 && code < 0x7f && code !== 0x23 && isRegular(code)
    text += plain ? value[index] : `#${code.toString(16).padStart(2, '0')}`
  }
  return text
}

function stringText(value: PdfString): string {
  if (value.hexadecimal) return `<${hexText(value.bytes)}>`
  let text = '('
  for (const byte of value.bytes) {
    if (byte === 0x28 || byte === 0x29 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`
    else if (byte === 0x0d)
      text += '\\r' // a bare CR would be read as LF
    else text += String.fromCharCode(byte)
  }
  return `${text})`
}

export function hexText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += hexPairs[byte]
  return text
}

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
