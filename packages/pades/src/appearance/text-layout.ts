/** Lines of text at a size, for a box or as large as they come. */
import { PadesError } from '../sign/errors.ts'
import type { AppearanceText } from './appearance.ts'
import type { TextFont } from './font/text-font.ts'

export interface TextBlock {
  readonly lines: readonly string[]
  readonly size: number
  /** Of the longest line and of all lines, without padding. */
  readonly width: number
  readonly height: number
}

export interface Extent {
  readonly width: number
  readonly height: number
}

/** Smaller letters nobody reads. */
const leastSize = 1

export function textBlock(lines: readonly string[], font: TextFont, size: number): TextBlock {
  return { lines, size, width: longest(lines, font) * size, height: lines.length * lineHeight(font) * size }
}

/** The largest size at which the lines fill the box. PadesError 'appearance_text_too_large'. */
export function fillBox(
  lines: readonly string[],
  font: TextFont,
  wrapping: AppearanceText['textWrapping'],
  box: Extent,
): TextBlock {
  const largest =
    wrapping === 'FILL_BOX_AND_LINEBREAK' ? largestBroken(lines, font, box) : largestWhole(lines, font, box)
  // Hundredths, rounded down: what fits still does.
  const size = Math.floor(largest * 100) / 100
  if (!(size >= leastSize)) throw new PadesError('appearance_text_too_large')
  return textBlock(wrapping === 'FILL_BOX_AND_LINEBREAK' ? broken(lines, font, box.width / size) : lines, font, size)
}

export const lineHeight = ({ ascent, descent }: TextFont): number => ascent - descent

const longest = (lines: readonly string[], font: TextFont): number =>
  lines.reduce((most, line) => Math.max(most, font.widthOf(line)), 0)

function largestWhole(lines: readonly string[], font: TextFont, { width, height }: Extent): number {
  return Math.min(height / (lines.length * lineHeight(font)), width / longest(lines, font))
}

/** Halving finds it: the larger the letters, the more lines, and the higher each. */
function largestBroken(lines: readonly string[], font: TextFont, box: Extent): number {
  let [fits, tooLarge] = [0, box.height / lineHeight(font) + 1]
  for (let step = 0; step < 24; step++) {
    const size = (fits + tooLarge) / 2
    const block = textBlock(broken(lines, font, box.width / size), font, size)
    if (block.width <= box.width && block.height <= box.height) fits = size
    else tooLarge = size
  }
  return fits
}

/** Lines broken at spaces, none wider than `width` ems unless it is one word. */
function broken(lines: readonly string[], font: TextFont, width: number): readonly string[] {
  const space = font.widthOf(' ')
  return lines.flatMap((line) => {
    const result: string[] = []
    let current: string | null = null
    let used = 0
    for (const word of line.split(' ')) {
      const own = font.widthOf(word)
      if (current !== null && used + space + own <= width) {
        current += ` ${word}`
        used += space + own
      } else {
        if (current !== null) result.push(current)
        current = word
        used = own
      }
    }
    return [...result, current ?? '']
  })
}
