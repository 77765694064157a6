/**
 * What a visible signature shows and where: the members of the contract's `visualSignature`, files as bytes. Lengths are
 * in points, from the top left of the page as `rotation` turns it.
 */
import { PadesError } from '../sign/errors.ts'

export interface SignatureAppearance {
  /** PNG or JPEG. */
  readonly image?: Uint8Array
  /** Pixels to the inch of the image; default: what it says of itself, else 96. */
  readonly dpi?: number
  /** Percent, of the box and of the size of text; default 100. */
  readonly zoom?: number
  /** `#rrggbb`, of the whole box; default none. */
  readonly backgroundColor?: string
  /** Place of the box on the page: NONE and LEFT at originX, RIGHT at originX from the right edge. */
  readonly alignmentHorizontal?: 'NONE' | 'LEFT' | 'CENTER' | 'RIGHT'
  readonly alignmentVertical?: 'NONE' | 'TOP' | 'MIDDLE' | 'BOTTOM'
  /** How the image fills what the text leaves of the box; default STRETCH. */
  readonly imageScaling?: 'STRETCH' | 'ZOOM_AND_CENTER' | 'CENTER'
  readonly field?: AppearanceField
  readonly text?: AppearanceText
}

export interface AppearanceField {
  /** From 1, which is the default. */
  readonly page?: number
  readonly originX?: number
  readonly originY?: number
  /** 0 or absent: as the image and the text need. */
  readonly width?: number
  readonly height?: number
  /**
   * By how much the box and its contents are turned on the page, clockwise; the origin turns with them. AUTOMATIC undoes
   * the page's own Rotate, so that the box stands upright where it is seen. Default NONE.
   */
  readonly rotation?: 'NONE' | 'AUTOMATIC' | 'ROTATE_90' | 'ROTATE_180' | 'ROTATE_270'
}

export interface AppearanceText {
  /** Lines are parted by line feeds. */
  readonly text: string
  /** `#rrggbb`; default black. */
  readonly textColor?: string
  /** `#rrggbb`, behind the text and its padding; default none. */
  readonly backgroundColor?: string
  /** Default 5. */
  readonly padding?: number
  /** The largest size at which it fits, FILL_BOX_AND_LINEBREAK breaking lines for that, or 12 points; default FONT_BASED. */
  readonly textWrapping?: 'FILL_BOX' | 'FILL_BOX_AND_LINEBREAK' | 'FONT_BASED'
  /** On which side of the image; default LEFT. */
  readonly signerTextPosition?: 'TOP' | 'BOTTOM' | 'RIGHT' | 'LEFT'
  readonly signerTextHorizontalAlignment?: 'LEFT' | 'CENTER' | 'RIGHT'
  readonly signerTextVerticalAlignment?: 'TOP' | 'MIDDLE' | 'BOTTOM'
  /** One of the 14; default HELVETICA, unless there is a customFont. */
  readonly standard14Font?: Standard14Font
  /** TrueType, embedded as a subset. */
  readonly customFont?: Uint8Array
}

export const standard14Fonts = {
  TIMES_ROMAN: 'Times-Roman',
  TIMES_BOLD: 'Times-Bold',
  TIMES_ITALIC: 'Times-Italic',
  TIMES_BOLD_ITALIC: 'Times-BoldItalic',
  HELVETICA: 'Helvetica',
  HELVETICA_BOLD: 'Helvetica-Bold',
  HELVETICA_OBLIQUE: 'Helvetica-Oblique',
  HELVETICA_BOLD_OBLIQUE: 'Helvetica-BoldOblique',
  COURIER: 'Courier',
  COURIER_BOLD: 'Courier-Bold',
  COURIER_OBLIQUE: 'Courier-Oblique',
  COURIER_BOLD_OBLIQUE: 'Courier-BoldOblique',
  SYMBOL: 'Symbol',
  ZAPF_DINGBATS: 'ZapfDingbats',
} as const

export type Standard14Font = keyof typeof standard14Fonts

/** Texts are captions: more is a mistake, and would be laid out for nothing. */
export const maxTextLength = 4000

/** PadesError 'appearance_invalid' for a number or a colour that is none, or lies out of all reason. */
export function checkAppearance(appearance: SignatureAppearance): void {
  const { field = {}, text } = appearance
  within('dpi', appearance.dpi, 1, 9600)
  within('zoom', appearance.zoom, 1, 10_000)
  within('page', field.page, 1, 1_000_000)
  if (!Number.isInteger(field.page ?? 1)) throw new PadesError('appearance_invalid', 'page is no whole number')
  for (const name of ['originX', 'originY', 'width', 'height'] as const) within(name, field[name], 0, maxLength)
  within('padding', text?.padding, 0, maxLength)
  for (const color of [appearance.backgroundColor, text?.backgroundColor, text?.textColor])
    if (color !== undefined) readColor(color)
  if (text && text.text.length > maxTextLength)
    throw new PadesError('appearance_invalid', `the text has more than ${maxTextLength} characters`)
}

/** ISO 32000-1 Annex C: the longest side of a page is 14,400 units; UserUnit makes them longer still. */
const maxLength = 1_000_000

function within(name: string, value: number | undefined, least: number, most: number): void {
  if (value !== undefined && !(value >= least && value <= most))
    throw new PadesError('appearance_invalid', `${name} is ${value}, not between ${least} and ${most}`)
}

/** Red, green and blue from 0 to 1. */
export type Color = readonly [number, number, number]

export function readColor(text: string): Color {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text)?.slice(1)
  const [red, green, blue] = (digits ?? []).map((pair) => Number.parseInt(pair, 16) / 255)
  if (red === undefined || green === undefined || blue === undefined)
    throw new PadesError('appearance_invalid', `${text} is no colour of the form #rrggbb`)
  return [red, green, blue]
}
