/** One of the 14 fonts that readers bring themselves: named, not embedded. */
import { dictionary, name, type PdfReference, PdfString, type RevisionBuilder } from '@cloudsigner/pdf'
import { type Standard14Font, standard14Fonts } from '../appearance.ts'
import { type StandardMetrics, standardMetrics } from './standard-metrics.ts'
import { refuseMissing, type TextFont } from './text-font.ts'

interface Glyph {
  readonly code: number
  readonly width: number
}

export class StandardFont implements TextFont {
  readonly ascent: number
  readonly descent: number
  readonly #name: string
  readonly #metrics: StandardMetrics
  readonly #glyphs: ReadonlyMap<string, Glyph>

  constructor(font: Standard14Font) {
    this.#name = standard14Fonts[font]
    const metrics = standardMetrics[this.#name]
    if (!metrics) throw new TypeError(`${this.#name} has no metrics`)
    this.#metrics = metrics
    this.#glyphs = glyphsOf(metrics)
    this.ascent = metrics.ascent / 1000
    this.descent = metrics.descent / 1000
  }

  widthOf(line: string): number {
    return this.#glyphsFor(line).reduce((sum, { width }) => sum + width, 0) / 1000
  }

  encode(line: string): PdfString {
    return new PdfString(Uint8Array.from(this.#glyphsFor(line), ({ code }) => code))
  }

  async write(builder: RevisionBuilder): Promise<PdfReference> {
    const { encodingName } = this.#metrics
    return builder.add(
      dictionary({
        Type: name('Font'),
        Subtype: name('Type1'),
        BaseFont: name(this.#name),
        ...(encodingName && { Encoding: name(encodingName) }),
      }),
    )
  }

  #glyphsFor(line: string): readonly Glyph[] {
    const characters = [...line]
    const missing = characters.filter((character) => !this.#glyphs.has(character))
    refuseMissing(this.#name, missing, ': send a font that has them as customFont')
    return characters.flatMap((character) => this.#glyphs.get(character) ?? [])
  }
}

function glyphsOf({ encoding, widths }: StandardMetrics): ReadonlyMap<string, Glyph> {
  const numbers = widths.trim().split(/\s+/).map(Number)
  const [only = 0] = numbers
  const glyphs = new Map<string, Glyph>()
  let index = 0
  for (const [first, characters] of encoding)
    for (const [position, character] of [...characters].entries())
      glyphs.set(character, { code: first + position, width: numbers.length === 1 ? only : (numbers[index++] ?? 0) })
  return glyphs
}
