/** A picture as an image XObject (ISO 32000-1, 8.9.5). */

import type { Inflate, PdfObject } from '@cloudsigner/pdf'
import { PadesError } from '../../sign/errors.ts'
import type { Color } from '../appearance.ts'
import type { Deflate } from '../deflate.ts'
import { readJpeg } from './jpeg.ts'
import { readPng } from './png.ts'

export interface PictureOptions {
  readonly inflate: Inflate
  readonly deflate: Deflate
  /** What is seen through transparent pixels, where transparency itself is not allowed (PDF/A); null keeps it. */
  readonly flattenOn: Color | null
}

/** Samples of an image, encoded. */
export interface Samples {
  /** Entries beside Type, Subtype, Width, Height and ColorSpace: BitsPerComponent, Filter … */
  readonly entries: Readonly<Record<string, PdfObject>>
  readonly bytes: Uint8Array
}

export interface Picture extends Samples {
  readonly width: number
  readonly height: number
  readonly colorSpace: { readonly kind: 'gray' | 'rgb' } | { readonly kind: 'palette'; readonly rgb: Uint8Array }
  /** What it says of itself, where it does. */
  readonly dpi: { readonly x: number; readonly y: number } | null
  /** Opacity of each pixel, 8 bits; null for a picture that is opaque. */
  readonly alpha: Samples | null
}

const maxImageBytes = 8 * 1024 * 1024
/** Half an A4 page at 300 dots per inch; unpacking transparency takes time and memory for each pixel. */
const maxPixels = 4 * 1024 * 1024

/** PadesError 'appearance_image_…'. */
export async function readPicture(file: Uint8Array, options: PictureOptions): Promise<Picture> {
  if (file.length > maxImageBytes)
    throw new PadesError('appearance_image_too_large', `the image has ${file.length} bytes, more than ${maxImageBytes}`)
  if (file[0] === 0xff && file[1] === 0xd8) return readJpeg(file)
  if (file[0] === 0x89 && file[1] === 0x50) return readPng(file, options)
  throw new PadesError('appearance_image_unsupported', 'the image is neither a PNG nor a JPEG')
}

/** Also for images that are passed on as they are: readers have to hold them. */
export function checkSize(width: number, height: number): void {
  if (width === 0 || height === 0) throw new PadesError('appearance_image_invalid', 'the image has no pixels')
  if (width * height > maxPixels)
    throw new PadesError(
      'appearance_image_too_large',
      `the image has ${width} × ${height} pixels, more than ${maxPixels}`,
    )
}
