/** A TrueType font as Type0 font with Identity-H (ISO 32000-1, 9.7): the codes of its text are the glyphs of its subset. */

import {
  dictionary,
  name,
  type PdfObject,
  type PdfReference,
  PdfStream,
  PdfString,
  type RevisionBuilder,
} from '@cloudsigner/pdf'
import type { CryptoProvider } from '@cloudsigner/pki'
import { toHex } from '@cloudsigner/pki'
import type { Deflate } from '../deflate.ts'
import { type FontSubset, subsetFont } from './subset.ts'
import { refuseMissing, type TextFont } from './text-font.ts'
import { readTrueTypeFont, type TrueTypeFont } from './truetype.ts'

export interface EmbeddingOptions {
  readonly deflate: Deflate
  readonly crypto: Pick<CryptoProvider, 'digest'>
  /** PDF/A-1 (ISO 19005-1, 6.3.5) demands a CIDSet of a subset; PDF 2.0 has none any more. */
  readonly withCidSet: boolean
}

export class EmbeddedFont implements TextFont {
  readonly ascent: number
  readonly descent: number
  readonly #font: TrueTypeFont
  readonly #options: EmbeddingOptions
  /** Glyphs of the subset: the one for what is missing, then one a character in the order in which they were first shown. */
  readonly #glyphs: number[] = [0]
  readonly #characters = new Map<string, number>()

  /** PadesError 'appearance_font_…'. */
  constructor(file: Uint8Array, options: EmbeddingOptions) {
    this.#font = readTrueTypeFont(file)
    this.#options = options
    this.ascent = this.#font.ascent / this.#font.unitsPerEm
    this.descent = this.#font.descent / this.#font.unitsPerEm
  }

  widthOf(line: string): number {
    const glyphs = this.#glyphsFor(line)
    return glyphs.reduce((sum, glyph) => sum + this.#font.metricsOf(glyph).advance, 0) / this.#font.unitsPerEm
  }

  encode(line: string): PdfString {
    const glyphs = this.#glyphsFor(line)
    const bytes = new Uint8Array(glyphs.length * 2)
    for (const [index, character] of [...line].entries()) {
      const code = this.#codeOf(character, glyphs[index] ?? 0)
      bytes.set([code >> 8, code & 0xff], index * 2)
    }
    return new PdfString(bytes, true)
  }

  /** A code of its own for each character, even where two have one glyph: so the text can be copied out as it was. */
  #codeOf(character: string, glyph: number): number {
    const known = this.#characters.get(character)
    if (known !== undefined) return known
    const code = this.#glyphs.push(glyph) - 1
    this.#characters.set(character, code)
    return code
  }

  #glyphsFor(line: string): readonly number[] {
    const characters = [...line]
    const glyphs = characters.map((character) => this.#font.glyphOf(character.codePointAt(0) ?? 0))
    const missing = characters.filter((_, index) => glyphs[index] === 0)
    refuseMissing(this.#font.postScriptName, missing, '')
    return glyphs
  }

  /** Of the characters encoded so far. */
  async write(builder: RevisionBuilder): Promise<PdfReference> {
    const subset = subsetFont(this.#font, this.#glyphs)
    const baseFont = name(`${this.#tag(subset)}+${this.#font.postScriptName}`)
    const descendant = builder.add(
      dictionary({
        Type: name('Font'),
        Subtype: name('CIDFontType2'),
        BaseFont: baseFont,
        CIDSystemInfo: dictionary({ Registry: ascii('Adobe'), Ordering: ascii('Identity'), Supplement: 0 }),
        FontDescriptor: await this.#descriptor(builder, baseFont, subset),
        DW: this.#thousandths(this.#font.metricsOf(0).advance),
        W: [0, this.#glyphs.map((glyph) => this.#thousandths(this.#font.metricsOf(glyph).advance))],
        CIDToGIDMap: name('Identity'),
      }),
    )
    return builder.add(
      dictionary({
        Type: name('Font'),
        Subtype: name('Type0'),
        BaseFont: baseFont,
        Encoding: name('Identity-H'),
        DescendantFonts: [descendant],
        ToUnicode: builder.add(await this.#stream(toUnicode(this.#characters))),
      }),
    )
  }

  async #descriptor(builder: RevisionBuilder, baseFont: PdfObject, subset: FontSubset): Promise<PdfReference> {
    const { boundingBox, ascent, descent, capHeight, italicAngle, fixedPitch } = this.#font
    const symbolic = 4
    return builder.add(
      dictionary({
        Type: name('FontDescriptor'),
        FontName: baseFont,
        Flags: symbolic | (fixedPitch ? 1 : 0) | (italicAngle === 0 ? 0 : 64),
        FontBBox: boundingBox.map((value) => this.#thousandths(value)),
        ItalicAngle: italicAngle,
        Ascent: this.#thousandths(ascent),
        Descent: this.#thousandths(descent),
        CapHeight: this.#thousandths(capHeight),
        StemV: 80, // not in the file; readers need it only to make up a substitute
        FontFile2: builder.add(await this.#stream(subset.file, { Length1: subset.file.length })),
        ...(this.#options.withCidSet && { CIDSet: builder.add(await this.#stream(cidSet(subset))) }),
      }),
    )
  }

  async #stream(data: Uint8Array, entries: Readonly<Record<string, PdfObject>> = {}): Promise<PdfStream> {
    const bytes = await this.#options.deflate(data)
    return new PdfStream(dictionary({ ...entries, Filter: name('FlateDecode') }), { kind: 'bytes', bytes })
  }

  /** 9.6.4: six capital letters, which say that it is a subset and which. */
  #tag({ file }: FontSubset): string {
    const digest = this.#options.crypto.digest('SHA-256', file)
    return String.fromCharCode(...digest.subarray(0, 6).map((byte) => 65 + (byte % 26)))
  }

  #thousandths(units: number): number {
    return Math.round((units * 1000) / this.#font.unitsPerEm)
  }
}

/** Table 124: a bit for each CID, high-order bits first; components of composite glyphs count as well. */
function cidSet({ glyphCount }: FontSubset): Uint8Array {
  const bits = new Uint8Array(Math.ceil(glyphCount / 8)).fill(0xff)
  const rest = glyphCount % 8
  if (rest > 0) bits[bits.length - 1] = (0xff << (8 - rest)) & 0xff
  return bits
}

const ascii = (text: string): PdfString => new PdfString(new TextEncoder().encode(text))

/** 9.10.3: what the codes mean, for searching and copying. */
function toUnicode(characters: ReadonlyMap<string, number>): Uint8Array {
  const rows = [...characters].map(([character, code]) => `<${hex16(code)}> <${utf16(character)}>`)
  const blocks: string[] = []
  // Adobe TN #5411: at most 100 rows a block.
  for (let start = 0; start < rows.length; start += 100) {
    const block = rows.slice(start, start + 100)
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar\n`)
  }
  return new TextEncoder().encode(`/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
${blocks.join('')}endcmap
CMapName currentdict /CMap defineresource pop
end
end
`)
}

const hex16 = (value: number): string => toHex(Uint8Array.of(value >> 8, value & 0xff))
const utf16 = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => hex16(character.charCodeAt(index))).join('')
