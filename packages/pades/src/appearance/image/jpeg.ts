/** JPEG (ITU-T T.81), embedded as it is: its markers say all that a PDF has to. */
import { name } from '@cloudsigner/pdf'
import { PadesError } from '../../sign/errors.ts'
import { checkSize, type Picture } from './image.ts'

const malformed = (what: string) => new PadesError('appearance_image_invalid', `the JPEG is malformed: ${what}`)
const unsupported = (what: string) => new PadesError('appearance_image_unsupported', `the JPEG is ${what}`)

/** Table B.1: what DCTDecode reads. The other frames are lossless, hierarchical or arithmetically coded. */
const startOfFrame: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2])
const startOfScan = 0xda
const endOfImage = 0xd9

interface Segment {
  readonly marker: number
  readonly view: DataView
}

/** PadesError 'appearance_image_…'. */
export function readJpeg(file: Uint8Array): Picture {
  let frame: DataView | null = null
  let dpi: Picture['dpi'] = null
  for (const { marker, view } of segments(file)) {
    if (startOfFrame.has(marker)) frame ??= view
    else if (isOtherFrame(marker)) throw unsupported('lossless, hierarchical or arithmetically coded')
    else if (marker === 0xe0) dpi ??= jfifDensity(view)
    else if (marker === 0xe1 && exifOrientation(view) !== 1)
      throw unsupported('turned by its Exif orientation: save it upright')
  }
  if (!frame || frame.byteLength < 6) throw malformed('it has no frame')
  if (frame.getUint8(0) !== 8) throw unsupported(`of ${frame.getUint8(0)} bits a sample`)
  const [height, width, components] = [frame.getUint16(1), frame.getUint16(3), frame.getUint8(5)]
  checkSize(width, height)
  if (components !== 1 && components !== 3) throw unsupported(components === 4 ? 'CMYK' : `of ${components} components`)
  return {
    width,
    height,
    colorSpace: { kind: components === 1 ? 'gray' : 'rgb' },
    dpi,
    entries: { BitsPerComponent: 8, Filter: name('DCTDecode') },
    bytes: file,
    alpha: null,
  }
}

/** Up to the first scan; an image without a scan, or one that does not end, is malformed. */
function* segments(file: Uint8Array): Generator<Segment> {
  let position = 2
  for (;;) {
    if (file[position] !== 0xff) throw malformed(`no marker at byte ${position}`)
    while (file[position] === 0xff) position++
    const marker = file[position++] ?? endOfImage
    if (marker === endOfImage || position + 2 > file.length) throw malformed('it ends before its first scan')
    const length = (file[position] ?? 0) * 256 + (file[position + 1] ?? 0)
    if (length < 2 || position + length > file.length) throw malformed('a segment is cut short')
    yield { marker, view: new DataView(file.buffer, file.byteOffset + position + 2, length - 2) }
    position += length
    if (marker === startOfScan) break
  }
  // Cameras pad behind the end; what is cut off has no end at all.
  for (let end = file.length - 1; end > position; end--) if (file[end] === endOfImage && file[end - 1] === 0xff) return
  throw malformed('it is cut short')
}

/** SOF3 to SOF15 without DHT, JPG and DAC, which share their range. */
const isOtherFrame = (marker: number): boolean =>
  marker >= 0xc3 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

const text = (view: DataView, length: number): string =>
  String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset, Math.min(length, view.byteLength)))

/** ITU-T T.871 clause 10.1: units 1 are dots per inch, 2 per centimetre. */
function jfifDensity(view: DataView): Picture['dpi'] {
  if (view.byteLength < 12 || text(view, 5) !== 'JFIF\0') return null
  const scale = { 1: 1, 2: 2.54 }[view.getUint8(7)]
  const [x, y] = [view.getUint16(8), view.getUint16(10)]
  return scale === undefined || x === 0 || y === 0 ? null : { x: x * scale, y: y * scale }
}

/** Exif 2.32, tag 274 of the first directory; 1, upright, where it says nothing that can be read. */
function exifOrientation(view: DataView): number {
  if (view.byteLength < 14 || text(view, 6) !== 'Exif\0\0') return 1
  const little = view.getUint16(6) === 0x4949
  const directory = 6 + view.getUint32(10, little)
  if (directory + 2 > view.byteLength) return 1
  for (let index = 0; index < view.getUint16(directory, little); index++) {
    const entry = directory + 2 + index * 12
    if (entry + 12 > view.byteLength) return 1
    if (view.getUint16(entry, little) === 274) return view.getUint16(entry + 8, little)
  }
  return 1
}
