/** Images and a font made for the tests, byte by byte. */
import { crc32, deflateSync } from 'node:zlib'

export interface PngOptions {
  readonly width?: number
  readonly height?: number
  readonly colorType?: number
  readonly bitDepth?: number
  readonly interlace?: number
  /** Rows with their filter types, before compression. */
  readonly rows: readonly number[]
  readonly chunks?: readonly (readonly [string, readonly number[]])[]
}

const big = (value: number): number[] => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]

export function pngChunk(type: string, body: Iterable<number>): Uint8Array {
  const content = [...Buffer.from(type, 'latin1'), ...body]
  return Uint8Array.of(...big(content.length - 4), ...content, ...big(crc32(Uint8Array.from(content))))
}

export const pngSignature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

export function png({
  width = 2,
  height = 2,
  colorType = 2,
  bitDepth = 8,
  interlace = 0,
  rows,
  chunks = [],
}: PngOptions): Uint8Array {
  return new Uint8Array(
    Buffer.concat([
      pngSignature,
      pngChunk('IHDR', [...big(width), ...big(height), bitDepth, colorType, 0, 0, interlace]),
      ...chunks.map(([type, body]) => pngChunk(type, body)),
      pngChunk('IDAT', deflateSync(Uint8Array.from(rows))),
      pngChunk('IEND', []),
    ]),
  )
}

/** Red, green / blue, white. */
export const opaquePng = png({ rows: [0, 255, 0, 0, 0, 255, 0, 0, 0, 0, 255, 255, 255, 255] })
/** The same, the last pixel transparent and the first half so. */
export const transparentPng = png({
  colorType: 6,
  rows: [0, 255, 0, 0, 128, 0, 255, 0, 255, 0, 0, 0, 255, 255, 255, 255, 255, 0],
})

export interface JpegOptions {
  readonly frame?: number
  readonly components?: number
  readonly precision?: number
  readonly segments?: readonly number[]
  readonly end?: readonly number[]
}

/** The markers of a JPEG of 30 × 20 pixels; its scan holds nothing that decodes. */
export function jpeg({
  frame = 0xc0,
  components = 3,
  precision = 8,
  segments = [],
  end = [0xff, 0xd9],
}: JpegOptions = {}): Uint8Array {
  const parts = Array.from({ length: components }, (_, index) => [index + 1, 0x11, 0]).flat()
  const sof = [0xff, frame, 0, 8 + parts.length, precision, 0, 20, 0, 30, components, ...parts]
  return Uint8Array.of(0xff, 0xd8, ...segments, ...sof, 0xff, 0xda, 0, 2, 1, 2, 3, ...end)
}

/** JFIF of 144 dots per inch. */
export const jfif = [0xff, 0xe0, 0, 16, ...Buffer.from('JFIF\0'), 1, 2, 1, 0, 144, 0, 144, 0, 0]

/** An Exif segment with this orientation. */
export const exif = (orientation: number): number[] => {
  const tiff = [...Buffer.from('MM\0*'), 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]
  return [0xff, 0xe1, 0, 8 + tiff.length, ...Buffer.from('Exif\0\0'), ...tiff]
}
