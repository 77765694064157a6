/** The appearance stream of a signature (ISO 32000-1, 12.5.5): a form with what the layout says. */
import {
  dictionary,
  name,
  type PdfObject,
  type PdfReference,
  PdfStream,
  type RevisionBuilder,
  serialiseObject,
} from '@cloudsigner/pdf'
import { readColor, type SignatureAppearance } from './appearance.ts'
import type { ColorSpaces } from './color-space.ts'
import type { TextFont } from './font/text-font.ts'
import { type Box, type QuarterTurn, turnMatrix } from './geometry.ts'
import type { Picture, Samples } from './image/image.ts'
import type { Layout, TextLayout } from './layout.ts'

export interface Drawing {
  readonly appearance: SignatureAppearance
  readonly layout: Layout
  readonly picture: Picture | null
  readonly font: TextFont | null
  readonly colors: ColorSpaces
  readonly turn: QuarterTurn
}

/** Adds the form and all that it needs. */
export async function writeForm(builder: RevisionBuilder, drawing: Drawing): Promise<PdfReference> {
  const { layout, picture, font, colors, turn } = drawing
  const content = contentOf(drawing)
  const resources: Record<string, PdfObject> = { ...colors.resources }
  if (picture) resources.XObject = dictionary({ Im0: writePicture(builder, picture, colors) })
  if (font) resources.Font = dictionary({ F0: await font.write(builder) })
  const [width, height] = [rounded(layout.width), rounded(layout.height)]
  return builder.add(
    new PdfStream(
      dictionary({
        Type: name('XObject'),
        Subtype: name('Form'),
        BBox: [0, 0, width, height],
        ...(turn !== 0 && { Matrix: turnMatrix(turn, width, height) }),
        Resources: dictionary(resources),
      }),
      { kind: 'bytes', bytes: content },
    ),
  )
}

function contentOf({ appearance, layout, font, colors }: Drawing): Uint8Array {
  const operators: string[] = []
  const background = appearance.backgroundColor
  if (background !== undefined)
    operators.push(filled({ x: 0, y: 0, width: layout.width, height: layout.height }, background, colors))
  if (layout.image) {
    const { x, y, width, height } = layout.image
    operators.push(`q ${numbers(width, 0, 0, height, x, y)} cm /Im0 Do Q`)
  }
  if (layout.text && font && appearance.text) {
    const { textColor = '#000000', backgroundColor } = appearance.text
    if (backgroundColor !== undefined) operators.push(filled(layout.text.box, backgroundColor, colors))
    operators.push(...shown(layout.text, font, textColor, colors))
  }
  return latin1(`${operators.join('\n')}\n`)
}

const filled = ({ x, y, width, height }: Box, color: string, colors: ColorSpaces): string =>
  `q ${colors.fill(readColor(color))} ${numbers(x, y, width, height)} re f Q`

function shown({ lines, size }: TextLayout, font: TextFont, color: string, colors: ColorSpaces): readonly string[] {
  const texts = lines.flatMap(({ text, x, baseline }) =>
    text === '' ? [] : [`${numbers(1, 0, 0, 1, x, baseline)} Tm ${operand(font, text)} Tj`],
  )
  return ['q', colors.fill(readColor(color)), 'BT', `/F0 ${numbers(size)} Tf`, ...texts, 'ET', 'Q']
}

const operand = (font: TextFont, text: string): string => {
  const bytes = serialiseObject(font.encode(text))
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

function writePicture(builder: RevisionBuilder, picture: Picture, colors: ColorSpaces): PdfReference {
  const { width, height, alpha } = picture
  const image = (samples: Samples, entries: Readonly<Record<string, PdfObject>>): PdfReference =>
    builder.add(
      new PdfStream(
        dictionary({
          Type: name('XObject'),
          Subtype: name('Image'),
          Width: width,
          Height: height,
          ...entries,
          ...samples.entries,
        }),
        { kind: 'bytes', bytes: samples.bytes },
      ),
    )
  const mask = alpha && image(alpha, { ColorSpace: name('DeviceGray') })
  return image(picture, { ColorSpace: colors.of(picture), ...(mask && { SMask: mask }) })
}

/** Thousandths of a point: finer than any printer, and the same on every platform. */
export const rounded = (value: number): number => Math.round(value * 1000) / 1000 || 0

const numbers = (...values: readonly number[]): string => values.map((value) => String(rounded(value))).join(' ')
