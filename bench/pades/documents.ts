/** Synthetic PDFs, the same bytes on every run: pages of text, and pictures of noise to make up the size. */
import { deflateSync } from 'node:zlib'
import { type Body, writeFile, type XrefKind } from './pdf-file.ts'

export interface BenchmarkDocument {
  readonly name: string
  readonly xref: XrefKind
  readonly bytes: Uint8Array
}

interface Shape {
  readonly name: string
  readonly pages: number
  /** Bytes of one picture (one in all), of noise that does not compress. */
  readonly pictureBytes: number
  /** Lines of text on a page. */
  readonly lines: number
}

const shapes: readonly Shape[] = [
  { name: 'small, 50 KB', pages: 3, pictureBytes: 45_000, lines: 40 },
  { name: '1 MB', pages: 10, pictureBytes: 1_030_000, lines: 40 },
  { name: '10 MB', pages: 50, pictureBytes: 10_400_000, lines: 40 },
  { name: '50 MB', pages: 100, pictureBytes: 52_200_000, lines: 40 },
  { name: '2,500 pages', pages: 2500, pictureBytes: 100_000, lines: 90 },
]

/** Made one at a time: together they would fill the memory that is to be measured. */
export function* benchmarkDocuments(): Generator<BenchmarkDocument> {
  for (const shape of shapes)
    for (const xref of ['table', 'stream'] as const)
      yield { name: shape.name, xref, bytes: writeFile(documentObjects(shape), xref) }
}

/** 1 catalog, 2 page tree, 3 font, 4 picture; then three objects a page: page, contents, a link. */
function documentObjects({ pages, pictureBytes, lines }: Shape): readonly Body[] {
  const pageNumber = (index: number): number => 5 + index * 3
  const kids = Array.from({ length: pages }, (_, index) => `${pageNumber(index)} 0 R`).join(' ')
  const random = noise(pages)
  const objects: Body[] = [
    { dictionary: '<</Type/Catalog/Pages 2 0 R>>' },
    { dictionary: `<</Type/Pages/Count ${pages}/Kids[${kids}]>>` },
    { dictionary: '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>' },
    { dictionary: picture(pictureBytes), data: random.bytes(pictureBytes) },
  ]
  for (let index = 0; index < pages; index++) {
    const number = pageNumber(index)
    const resources = '/Resources<</Font<</F1 3 0 R>>/XObject<</I1 4 0 R>>>>'
    objects.push({
      dictionary: `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]${resources}/Contents ${number + 1} 0 R/Annots[${number + 2} 0 R]>>`,
    })
    objects.push({ dictionary: '/Filter/FlateDecode', data: deflateSync(pageText(index, lines, random)) })
    objects.push({
      dictionary: `<</Type/Annot/Subtype/Link/Rect[50 20 200 30]/Border[0 0 0]/Dest[${pageNumber((index * 7) % pages)} 0 R/Fit]>>`,
    })
  }
  return objects
}

function picture(bytes: number): string {
  return `/Type/XObject/Subtype/Image/Width ${bytes}/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray`
}

const words = 'the undersigned parties agree upon payment of sums due within thirty days from receipt hereof'.split(' ')

function pageText(page: number, lines: number, random: Noise): string {
  let text = `BT /F1 10 Tf 50 800 Td 12 TL (Page ${page + 1}) Tj T*\n`
  for (let line = 0; line < lines; line++) {
    const picked = Array.from({ length: 12 }, () => words[random.below(words.length)])
    text += `(${picked.join(' ')} ${random.below(1_000_000)}) Tj T*\n`
  }
  return `${text}ET\nq 100 0 0 100 400 50 cm /I1 Do Q\n`
}

interface Noise {
  below(limit: number): number
  bytes(length: number): Uint8Array
}

/** xorshift32 (Marsaglia 2003): the same numbers on every machine. */
function noise(seed: number): Noise {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  const next = (): number => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state
  }
  return {
    below: (limit) => next() % limit,
    bytes(length) {
      const words32 = new Uint32Array(Math.ceil(length / 4))
      for (let index = 0; index < words32.length; index++) words32[index] = next()
      return new Uint8Array(words32.buffer, 0, length)
    },
  }
}
