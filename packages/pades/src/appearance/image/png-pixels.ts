/** The pixels of a PNG (ISO/IEC 15948, clauses 9 and 11): row filters undone, 8 bits a sample, opacity apart. */
import { malformed, type PngChunks } from './png-chunks.ts'

export interface Pixels {
  readonly kind: 'gray' | 'rgb'
  readonly colors: Uint8Array
  /** One byte a pixel. */
  readonly alpha: Uint8Array
}

/** `rows` as inflated: each with its filter type before it. */
export function readPixels(png: PngChunks, rows: Uint8Array): Pixels {
  const samples = unfiltered(png, rows)
  const kind = png.colorType === 0 || png.colorType === 4 ? 'gray' : 'rgb'
  const count = png.width * png.height
  const colorChannels = kind === 'gray' ? 1 : 3
  const colors = new Uint8Array(count * colorChannels)
  const alpha = new Uint8Array(count).fill(255)
  const key = transparentColor(png)
  const full = 2 ** png.bitDepth - 1
  const sampleAt = sampleReader(png, samples)
  for (let pixel = 0; pixel < count; pixel++) {
    if (png.colorType === 3) {
      const entry = sampleAt(pixel, 0)
      const { palette, transparency } = png
      if (!palette || entry * 3 >= palette.length) throw malformed('a colour that its palette lacks')
      colors.set(palette.subarray(entry * 3, entry * 3 + 3), pixel * 3)
      alpha[pixel] = transparency?.[entry] ?? 255
      continue
    }
    let transparent = key !== null
    for (let channel = 0; channel < colorChannels; channel++) {
      const value = sampleAt(pixel, channel)
      if (key?.[channel] !== value) transparent = false
      colors[pixel * colorChannels + channel] = Math.round((value / full) * 255)
    }
    if (png.colorType >= 4) alpha[pixel] = Math.round((sampleAt(pixel, colorChannels) / full) * 255)
    else if (transparent) alpha[pixel] = 0
  }
  return { kind, colors, alpha }
}

/** tRNS of a PNG without alpha: the one colour that is transparent, 16 bits a sample. */
function transparentColor({ colorType, transparency, channels }: PngChunks): readonly number[] | null {
  if (transparency === null || colorType === 3 || colorType >= 4) return null
  if (transparency.length !== channels * 2) throw malformed('its transparent colour')
  const view = new DataView(transparency.buffer, transparency.byteOffset, transparency.byteLength)
  return Array.from({ length: channels }, (_, channel) => view.getUint16(channel * 2))
}

function sampleReader({ width, bitDepth, channels, rowBytes }: PngChunks, samples: Uint8Array) {
  return (pixel: number, channel: number): number => {
    const row = Math.floor(pixel / width) * rowBytes
    const index = (pixel % width) * channels + channel
    if (bitDepth === 8) return samples[row + index] ?? 0
    if (bitDepth === 16) return (samples[row + index * 2] ?? 0) * 256 + (samples[row + index * 2 + 1] ?? 0)
    const bit = index * bitDepth
    const shift = 8 - bitDepth - (bit & 7)
    return ((samples[row + (bit >> 3)] ?? 0) >> shift) & (2 ** bitDepth - 1)
  }
}

/** 9.2: each byte was written as its difference from a prediction by its neighbours. */
function unfiltered({ height, rowBytes, channels, bitDepth }: PngChunks, rows: Uint8Array): Uint8Array {
  const distance = Math.max(1, (channels * bitDepth) >> 3)
  const out = new Uint8Array(rowBytes * height)
  for (let row = 0; row < height; row++) {
    const source = row * (rowBytes + 1)
    const target = row * rowBytes
    const filter = rows[source] ?? 0
    for (let index = 0; index < rowBytes; index++) {
      const left = index >= distance ? (out[target + index - distance] ?? 0) : 0
      const above = row > 0 ? (out[target + index - rowBytes] ?? 0) : 0
      const corner = row > 0 && index >= distance ? (out[target + index - rowBytes - distance] ?? 0) : 0
      out[target + index] = (rows[source + 1 + index] ?? 0) + predicted(filter, left, above, corner)
    }
  }
  return out
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 1:
      return left
    case 2:
      return above
    case 3:
      return (left + above) >> 1
    case 4:
      return paeth(left, above, corner)
    default:
      return 0
  }
}

/** 9.4: the neighbour that is nearest to left + above − corner. */
function paeth(left: number, above: number, corner: number): number {
  const estimate = left + above - corner
  const toLeft = Math.abs(estimate - left)
  const toAbove = Math.abs(estimate - above)
  const toCorner = Math.abs(estimate - corner)
  if (toLeft <= toAbove && toLeft <= toCorner) return left
  return toAbove <= toCorner ? above : corner
}
