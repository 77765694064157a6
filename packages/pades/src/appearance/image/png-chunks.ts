/** The chunks of a PNG (ISO/IEC 15948, clause 5), each checked by its CRC. */
import { PadesError } from '../../sign/errors.ts'
import { checkSize } from './image.ts'

export const malformed = (what: string, cause?: unknown) =>
  new PadesError('appearance_image_invalid', `the PNG is malformed: ${what}`, cause)

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

export type PngColorType = keyof typeof channels

/** 11.2.2: grey, true colour, indexed, grey and true colour with alpha: samples of a pixel. */
const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const
const bitDepths: Readonly<Record<PngColorType, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
}

export interface PngChunks {
  readonly width: number
  readonly height: number
  readonly bitDepth: number
  readonly colorType: PngColorType
  readonly channels: number
  /** Bytes of a row, without its filter type. */
  readonly rowBytes: number
  readonly palette: Uint8Array | null
  /** tRNS as it stands. */
  readonly transparency: Uint8Array | null
  readonly dpi: { readonly x: number; readonly y: number } | null
  /** zlib data: all of IDAT. */
  readonly data: Uint8Array
}

/** PadesError 'appearance_image_…'. */
export function readPngChunks(file: Uint8Array): PngChunks {
  if (signature.some((byte, index) => file[index] !== byte)) throw malformed('its signature')
  const found = new Map<string, Uint8Array>()
  const data: Uint8Array[] = []
  for (const [type, body] of chunks(file))
    if (type === 'IDAT') data.push(body)
    else if (!found.has(type)) found.set(type, body)
  const header = readHeader(found.get('IHDR'))
  const palette = found.get('PLTE') ?? null
  if (header.colorType === 3 && (!palette || palette.length === 0 || palette.length % 3 !== 0 || palette.length > 768))
    throw malformed('its palette')
  return {
    ...header,
    palette,
    transparency: found.get('tRNS') ?? null,
    dpi: readDensity(found.get('pHYs')),
    data: concatenated(data),
  }
}

function* chunks(file: Uint8Array): Generator<readonly [string, Uint8Array]> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  for (let position = signature.length; ; ) {
    if (position + 12 > file.length) throw malformed('it ends before IEND')
    const length = view.getUint32(position)
    const end = position + 8 + length
    if (end + 4 > file.length) throw malformed('a chunk is cut short')
    const type = String.fromCharCode(...file.subarray(position + 4, position + 8))
    if (crc32(file.subarray(position + 4, end)) !== view.getUint32(end)) throw malformed(`the CRC of ${type}`)
    if (type === 'IEND') return
    yield [type, file.subarray(position + 8, end)]
    position = end + 4
  }
}

function readHeader(body: Uint8Array | undefined) {
  if (body?.length !== 13) throw malformed('it has no header')
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const bitDepth = view.getUint8(8)
  const colorType = view.getUint8(9)
  if (!isColorType(colorType) || !bitDepths[colorType].includes(bitDepth))
    throw malformed(`colour type ${colorType} with ${bitDepth} bits`)
  if (view.getUint8(10) !== 0 || view.getUint8(11) !== 0) throw malformed('its compression or filter method')
  if (view.getUint8(12) !== 0)
    throw new PadesError('appearance_image_unsupported', 'the PNG is interlaced: save it without interlacing')
  checkSize(width, height)
  const samples = channels[colorType]
  return {
    width,
    height,
    bitDepth,
    colorType,
    channels: samples,
    rowBytes: Math.ceil((width * samples * bitDepth) / 8),
  }
}

const isColorType = (value: number): value is PngColorType => Object.hasOwn(channels, value)

/** 11.3.4.3 pHYs: pixels per metre, where the unit is 1. */
function readDensity(body: Uint8Array | undefined): PngChunks['dpi'] {
  if (body?.length !== 9 || body[8] !== 1) return null
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const [x, y] = [view.getUint32(0), view.getUint32(4)]
  return x === 0 || y === 0 ? null : { x: x * 0.0254, y: y * 0.0254 }
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let position = 0
  for (const part of parts) {
    whole.set(part, position)
    position += part.length
  }
  return whole
}

/** Annex D. */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) value = (crcTable[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8)
  return (value ^ 0xffffffff) >>> 0
}
