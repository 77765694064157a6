import type { PdfReference, PdfString, RevisionBuilder } from '@cloudsigner/pdf'
import { PadesError } from '../../sign/errors.ts'

/** A font that text can be laid out and shown with. Lengths are in ems: times the size in points. */
export interface TextFont {
  /** Above and (negative) below the base line, accents included. */
  readonly ascent: number
  readonly descent: number
  /** PadesError 'appearance_text_unsupported' names the characters that the font lacks. */
  widthOf(line: string): number
  /** Operand of Tj. */
  encode(line: string): PdfString
  /** Adds the font to a revision. */
  write(builder: RevisionBuilder): Promise<PdfReference>
}

/** Whose letters join, stack or run from right to left: drawn one by one they would be wrong. */
const shapedScripts =
  /\p{Script=Arabic}|\p{Script=Hebrew}|\p{Script=Syriac}|\p{Script=Thaana}|\p{Script=Nko}|\p{Script=Devanagari}|\p{Script=Bengali}|\p{Script=Gurmukhi}|\p{Script=Gujarati}|\p{Script=Oriya}|\p{Script=Tamil}|\p{Script=Telugu}|\p{Script=Kannada}|\p{Script=Malayalam}|\p{Script=Sinhala}|\p{Script=Thai}|\p{Script=Lao}|\p{Script=Tibetan}|\p{Script=Myanmar}|\p{Script=Khmer}|\p{Script=Mongolian}/u

/** Lines in composed characters (NFC), tabs as spaces. PadesError 'appearance_text_unsupported'. */
export function linesOf(text: string): readonly string[] {
  const composed = text.normalize('NFC').replaceAll('\r\n', '\n').replaceAll('\r', '\n').replaceAll('\t', ' ')
  if (/[^\P{C}\n\u00ad\u{e000}-\u{f8ff}]/u.test(composed))
    throw new PadesError('appearance_text_unsupported', 'the text has control characters or unpaired surrogates')
  if (shapedScripts.test(composed))
    throw new PadesError(
      'appearance_text_unsupported',
      'the text has letters of a script that needs shaping, which is not supported: send it as an image',
    )
  return composed.split('\n')
}

/** `missing` in the order of the text. */
export function refuseMissing(fontName: string, missing: Iterable<string>, advice: string): void {
  const characters = [...new Set(missing)]
  if (characters.length === 0) return
  const shown = characters.slice(0, 10).map((character) => {
    const codePoint = character.codePointAt(0) ?? 0
    return `${character} (U+${codePoint.toString(16).toUpperCase().padStart(4, '0')})`
  })
  const more = characters.length > shown.length ? ` and ${characters.length - shown.length} more` : ''
  throw new PadesError('appearance_text_unsupported', `${fontName} has no ${shown.join(', ')}${more}${advice}`)
}
