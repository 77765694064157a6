/** Where image and text lie within the box of a signature. Points, y upwards from the box's lower left corner. */
import { PadesError } from '../sign/errors.ts'
import type { AppearanceText, SignatureAppearance } from './appearance.ts'
import type { TextFont } from './font/text-font.ts'
import { linesOf } from './font/text-font.ts'
import type { Box } from './geometry.ts'
import { type Extent, fillBox, lineHeight, type TextBlock, textBlock } from './text-layout.ts'

export interface Layout extends Extent {
  readonly image: Box | null
  readonly text: TextLayout | null
}

export interface TextLayout {
  /** The text with its padding. */
  readonly box: Box
  readonly size: number
  readonly lines: readonly { readonly text: string; readonly x: number; readonly baseline: number }[]
}

/** What is to be laid out. */
export interface Contents {
  /** Of the image at its own resolution, zoomed; null without one. */
  readonly image: Extent | null
  readonly text: { readonly parameters: AppearanceText; readonly font: TextFont } | null
}

/** FONT_BASED text, as the reference has it: points. */
const fontSize = 12
const defaultPadding = 5

/** `size`: of the box, 0 where it follows from the contents. PadesError 'appearance_…'. */
export function layOut(appearance: SignatureAppearance, contents: Contents, size: Extent): Layout {
  const { image, text } = contents
  const scaling = appearance.imageScaling ?? 'STRETCH'
  if (!text) {
    const box = nonEmpty({ width: size.width || (image?.width ?? 0), height: size.height || (image?.height ?? 0) })
    return { ...box, image: image && scaled(image, { x: 0, y: 0, ...box }, scaling), text: null }
  }
  const { parameters, font } = text
  const padding = parameters.padding ?? defaultPadding
  const beside = besideImage(parameters)
  const block = measured(appearance, contents, text, size, padding)
  const own = { width: block.width + 2 * padding, height: block.height + 2 * padding }
  const box = nonEmpty({
    width: size.width || (beside ? own.width + (image?.width ?? 0) : Math.max(own.width, image?.width ?? 0)),
    height: size.height || (beside ? Math.max(own.height, image?.height ?? 0) : own.height + (image?.height ?? 0)),
  })
  const regions = image ? divided(box, parameters, fills(parameters) ? share(image, box, beside) : null, own) : null
  const region = regions?.text ?? { x: 0, y: 0, ...box }
  if (own.width > region.width + 0.01 || own.height > region.height + 0.01)
    throw new PadesError('appearance_text_too_large')
  return {
    ...box,
    image: image && regions && scaled(image, regions.image, scaling),
    text: placed(block, font, parameters, own, padding, region, image !== null),
  }
}

const besideImage = ({ signerTextPosition = 'LEFT' }: AppearanceText): boolean =>
  signerTextPosition === 'LEFT' || signerTextPosition === 'RIGHT'

const fills = ({ textWrapping }: AppearanceText): boolean =>
  textWrapping === 'FILL_BOX' || textWrapping === 'FILL_BOX_AND_LINEBREAK'

function nonEmpty(box: Extent): Extent {
  if (!(box.width > 0 && box.height > 0)) throw new PadesError('appearance_empty')
  return box
}

/** The part of the box that an image has beside text that fills the rest: what it needs, but no more than half. */
function share(image: Extent, box: Extent, beside: boolean): number {
  return beside ? Math.min(image.width, box.width / 2) : Math.min(image.height, box.height / 2)
}

function measured(
  { zoom = 100 }: SignatureAppearance,
  { image }: Contents,
  { parameters, font }: NonNullable<Contents['text']>,
  size: Extent,
  padding: number,
): TextBlock {
  const lines = linesOf(parameters.text)
  if (!fills(parameters)) return textBlock(lines, font, (fontSize * zoom) / 100)
  if (size.width === 0 || size.height === 0)
    throw new PadesError('appearance_invalid', `${parameters.textWrapping} needs the width and height of a box to fill`)
  const beside = besideImage(parameters)
  const taken = image ? share(image, size, beside) : 0
  const available = {
    width: size.width - 2 * padding - (beside ? taken : 0),
    height: size.height - 2 * padding - (beside ? 0 : taken),
  }
  if (!(available.width > 0 && available.height > 0)) throw new PadesError('appearance_text_too_large')
  return fillBox(lines, font, parameters.textWrapping, available)
}

/** The box between text and image: the image has `imageShare`, or what the text leaves. */
function divided(
  box: Extent,
  { signerTextPosition = 'LEFT' }: AppearanceText,
  imageShare: number | null,
  text: Extent,
) {
  const beside = signerTextPosition === 'LEFT' || signerTextPosition === 'RIGHT'
  const whole = beside ? box.width : box.height
  const forImage = imageShare ?? whole - (beside ? text.width : text.height)
  if (!(forImage > 0)) throw new PadesError('appearance_text_too_large', 'the text leaves no room for the image')
  const part = (start: number, length: number): Box =>
    beside
      ? { x: start, y: 0, width: length, height: box.height }
      : { x: 0, y: start, width: box.width, height: length }
  // Upwards: TOP is behind the image, as RIGHT is.
  const textFirst = signerTextPosition === 'LEFT' || signerTextPosition === 'BOTTOM'
  const forText = whole - forImage
  return textFirst
    ? { text: part(0, forText), image: part(forText, forImage) }
    : { image: part(0, forImage), text: part(forImage, forText) }
}

function scaled(image: Extent, region: Box, scaling: NonNullable<SignatureAppearance['imageScaling']>): Box {
  if (scaling === 'STRETCH') return region
  const factor = scaling === 'CENTER' ? 1 : Math.min(region.width / image.width, region.height / image.height)
  return centred({ width: image.width * factor, height: image.height * factor }, region)
}

const centred = ({ width, height }: Extent, region: Box): Box => ({
  x: region.x + (region.width - width) / 2,
  y: region.y + (region.height - height) / 2,
  width,
  height,
})

/** How far into free space, of which 0 is left and bottom. */
const factors = { LEFT: 0, CENTER: 0.5, RIGHT: 1, BOTTOM: 0, MIDDLE: 0.5, TOP: 1 } as const

function placed(
  block: TextBlock,
  font: TextFont,
  parameters: AppearanceText,
  own: Extent,
  padding: number,
  region: Box,
  withImage: boolean,
): TextLayout {
  const { signerTextPosition: position = 'LEFT' } = parameters
  // Without an image the position is all that the reference goes by; here it is what alignment defaults to.
  const alone = !withImage && (position === 'LEFT' || position === 'RIGHT') ? position : 'LEFT'
  const horizontal = factors[parameters.signerTextHorizontalAlignment ?? alone]
  const upright = !withImage && (position === 'TOP' || position === 'BOTTOM') ? position : 'MIDDLE'
  const vertical = factors[parameters.signerTextVerticalAlignment ?? upright]
  const box = {
    x: region.x + (region.width - own.width) * horizontal,
    y: region.y + (region.height - own.height) * vertical,
    ...own,
  }
  const top = box.y + box.height - padding
  const lines = block.lines.map((text, index) => ({
    text,
    x: box.x + padding + (block.width - font.widthOf(text) * block.size) * horizontal,
    baseline: top - (index * lineHeight(font) + font.ascent) * block.size,
  }))
  return { box, size: block.size, lines }
}
