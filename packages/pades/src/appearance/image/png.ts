/**
 * PNG as image XObject. One that is opaque is passed on as it is: PDF has the same compression and the same row filters
 * (7.4.4.4, predictors from 10). Transparency is parted from the colours, as PDF wants it, and 16 bits become 8.
 */
import { dictionary, name, PdfError } from '@cloudsigner/pdf'
import type { Deflate } from '../deflate.ts'
import type { Picture, PictureOptions, Samples } from './image.ts'
import { malformed, type PngChunks, readPngChunks } from './png-chunks.ts'
import { type Pixels, readPixels } from './png-pixels.ts'

/** PadesError 'appearance_image_…'. */
export async function readPng(file: Uint8Array, options: PictureOptions): Promise<Picture> {
  const png = readPngChunks(file)
  const rows = await inflateRows(png, options)
  if (png.transparency === null && png.colorType < 4 && png.bitDepth <= 8) return passedOn(png)
  const pixels = readPixels(png, rows)
  return reencoded(png, options.flattenOn ? flattened(pixels, options.flattenOn) : pixels, options.deflate)
}

/** Inflated even where it is passed on: what readers could not decode is refused here. */
async function inflateRows(png: PngChunks, { inflate }: PictureOptions): Promise<Uint8Array> {
  const expected = (png.rowBytes + 1) * png.height
  let rows: Uint8Array
  try {
    rows = await inflate(png.data, expected)
  } catch (error) {
    if (error instanceof PdfError) throw malformed('its pixels cannot be decompressed', error)
    throw error
  }
  if (rows.length !== expected) throw malformed('it has fewer pixels than it says')
  for (let row = 0; row < png.height; row++)
    if ((rows[row * (png.rowBytes + 1)] ?? 0) > 4) throw malformed('the filter of a row')
  return rows
}

function passedOn({ width, height, bitDepth, channels, palette, colorType, dpi, data }: PngChunks): Picture {
  const parameters = { Predictor: 15, Colors: channels, BitsPerComponent: bitDepth, Columns: width }
  const entries = {
    BitsPerComponent: bitDepth,
    Filter: name('FlateDecode'),
    DecodeParms: dictionary(parameters),
  }
  const colorSpace: Picture['colorSpace'] =
    colorType === 3 && palette ? { kind: 'palette', rgb: palette } : { kind: channels === 1 ? 'gray' : 'rgb' }
  return { width, height, colorSpace, dpi, entries, bytes: data, alpha: null }
}

async function reencoded({ width, height, dpi }: PngChunks, pixels: Pixels, deflate: Deflate): Promise<Picture> {
  const opaque = pixels.alpha.every((value) => value === 255)
  return {
    width,
    height,
    dpi,
    colorSpace: { kind: pixels.kind },
    ...(await eightBit(pixels.colors, deflate)),
    alpha: opaque ? null : await eightBit(pixels.alpha, deflate),
  }
}

async function eightBit(samples: Uint8Array, deflate: Deflate): Promise<Samples> {
  return { entries: { BitsPerComponent: 8, Filter: name('FlateDecode') }, bytes: await deflate(samples) }
}

/** The colours as they are seen on a background of one colour. */
function flattened({ kind, colors, alpha }: Pixels, background: readonly [number, number, number]): Pixels {
  const channels = kind === 'rgb' ? 3 : 1
  const [red, green, blue] = background
  // On a coloured background, grey would lose it.
  if (kind === 'gray' && (red !== green || green !== blue))
    return flattened({ kind: 'rgb', colors: tripled(colors), alpha }, background)
  const mixed = new Uint8Array(colors.length)
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const opacity = (alpha[pixel] ?? 0) / 255
    for (let channel = 0; channel < channels; channel++) {
      const index = pixel * channels + channel
      mixed[index] = Math.round((colors[index] ?? 0) * opacity + (background[channel] ?? 0) * 255 * (1 - opacity))
    }
  }
  return { kind, colors: mixed, alpha: new Uint8Array(alpha.length).fill(255) }
}

function tripled(grey: Uint8Array): Uint8Array {
  const colors = new Uint8Array(grey.length * 3)
  for (const [index, value] of grey.entries()) colors.fill(value, index * 3, index * 3 + 3)
  return colors
}
