/** A visible signature on its page: where it may stand, and what is drawn there. */
import {
  findPage,
  firstPage,
  type Inflate,
  integerValue,
  isName,
  type PageLocation,
  type PdfDictionary,
  type PdfDocument,
  type PdfObject,
  PdfReference,
  platformInflate,
  type RevisionBuilder,
  walkPages,
} from '@cloudsigner/pdf'
import type { CryptoProvider } from '@cloudsigner/pki'
import { PadesError } from '../sign/errors.ts'
import { checkAppearance, readColor, type SignatureAppearance } from './appearance.ts'
import { calibratedColors, deviceColors } from './color-space.ts'
import { type Deflate, platformDeflate } from './deflate.ts'
import { rounded, writeForm } from './draw.ts'
import { EmbeddedFont } from './font/embedded-font.ts'
import { StandardFont } from './font/standard-font.ts'
import type { TextFont } from './font/text-font.ts'
import {
  frameOf,
  liesWithin,
  overlap,
  placeBox,
  type QuarterTurn,
  type Rectangle,
  readPageGeometry,
  readRectangle,
  turned,
  turnOf,
} from './geometry.ts'
import { type Picture, readPicture } from './image/image.ts'
import { type Layout, layOut } from './layout.ts'
import { readPdfaPart } from './pdfa.ts'
import type { Extent } from './text-layout.ts'

export interface AppearanceOptions {
  readonly appearance: SignatureAppearance
  readonly crypto: Pick<CryptoProvider, 'digest'>
  readonly inflate?: Inflate
  readonly deflate?: Deflate
}

/** Drawn into the revision; the widget has yet to name it. */
export interface PlacedAppearance {
  readonly page: PageLocation
  readonly rectangle: Rectangle
  /** The form: AP's N. */
  readonly form: PdfReference
}

/** The widget of an empty field that is to be signed. */
export interface ExistingWidget {
  readonly reference: PdfReference | null
  readonly dictionary: PdfDictionary
}

/** In a new place, which `appearance.field` says. PadesError 'appearance_…'. */
export async function placeNew(
  document: PdfDocument,
  builder: RevisionBuilder,
  options: AppearanceOptions,
): Promise<PlacedAppearance> {
  const { appearance } = options
  checkAppearance(appearance)
  const { field = {}, zoom = 100 } = appearance
  const number = field.page ?? 1
  const page =
    number === 1 ? await firstPage(document, document.limits) : await findPage(document, number, document.limits)
  if (!page) throw new PadesError('appearance_page_missing', `the document has no page ${number}`)
  const geometry = await readPageGeometry(document, page)
  const turn = turnOf(field.rotation, geometry)
  const size = { width: ((field.width ?? 0) * zoom) / 100, height: ((field.height ?? 0) * zoom) / 100 }
  const materials = await prepareMaterials(document, options)
  const layout = layOut(appearance, materials, size)
  const rectangle = placeBox(geometry, turn, {
    ...alignedOrigin(appearance, frameOf(geometry, turn), layout),
    ...layout,
  })
  if (!liesWithin(rectangle, geometry.visible)) throw new PadesError('appearance_outside_page')
  await refuseOverlap(document, page, rectangle)
  return draw(builder, appearance, materials, layout, page, rectangle, turn)
}

/** In the rectangle of an empty field; the origin and size of `appearance.field` do not matter. PadesError 'appearance_…'. */
export async function placeExisting(
  document: PdfDocument,
  builder: RevisionBuilder,
  widget: ExistingWidget | null,
  options: AppearanceOptions,
): Promise<PlacedAppearance> {
  const { appearance } = options
  checkAppearance(appearance)
  // A widget that is no object of its own cannot be given an appearance.
  const rectangle = widget?.reference && (await readRectangle(document, widget.dictionary.get('Rect')))
  const page = widget && (await pageOf(document, widget))
  if (!rectangle || !page) throw new PadesError('appearance_field_unplaced')
  const geometry = await readPageGeometry(document, page)
  const turn = turnOf(appearance.field?.rotation, geometry)
  const unit = geometry.userUnit
  const size = turned((rectangle[2] - rectangle[0]) * unit, (rectangle[3] - rectangle[1]) * unit, turn)
  const materials = await prepareMaterials(document, options)
  return draw(builder, appearance, materials, layOut(appearance, materials, size), page, rectangle, turn)
}

interface Materials {
  readonly picture: Picture | null
  readonly image: Extent | null
  readonly font: TextFont | null
  readonly text: { readonly parameters: NonNullable<SignatureAppearance['text']>; readonly font: TextFont } | null
  readonly pdfaPart: number | null
}

const defaultDpi = 96
const white = [1, 1, 1] as const

/** Image and font, read and judged. */
async function prepareMaterials(document: PdfDocument, options: AppearanceOptions): Promise<Materials> {
  const { appearance, inflate = platformInflate, deflate = platformDeflate } = options
  const pdfaPart = await readPdfaPart(document)
  const background = appearance.backgroundColor === undefined ? white : readColor(appearance.backgroundColor)
  const picture =
    appearance.image === undefined
      ? null
      : await readPicture(appearance.image, { inflate, deflate, flattenOn: pdfaPart === null ? null : background })
  const parameters = appearance.text && appearance.text.text.trim() !== '' ? appearance.text : null
  const font = parameters && chooseFont(parameters, { ...options, deflate }, pdfaPart)
  return {
    picture,
    image: picture && pictureExtent(picture, appearance),
    font,
    text: parameters && font && { parameters, font },
    pdfaPart,
  }
}

/** At its resolution, zoomed: points. */
function pictureExtent({ width, height, dpi }: Picture, appearance: SignatureAppearance): Extent {
  const scale = (72 * (appearance.zoom ?? 100)) / 100
  return {
    width: (width * scale) / (appearance.dpi ?? dpi?.x ?? defaultDpi),
    height: (height * scale) / (appearance.dpi ?? dpi?.y ?? defaultDpi),
  }
}

function chooseFont(
  { standard14Font, customFont }: NonNullable<SignatureAppearance['text']>,
  { crypto, deflate = platformDeflate }: AppearanceOptions,
  pdfaPart: number | null,
): TextFont {
  // The reference takes the standard font where a request has both; here the one that PDF/A needs is the better answer.
  if (customFont && (standard14Font === undefined || pdfaPart !== null))
    return new EmbeddedFont(customFont, { crypto, deflate, withCidSet: pdfaPart === 1 })
  if (pdfaPart !== null) throw new PadesError('appearance_font_not_embedded')
  return new StandardFont(standard14Font ?? 'HELVETICA')
}

/** Of the box in the frame, from the top left. */
function alignedOrigin(
  { field = {}, alignmentHorizontal = 'NONE', alignmentVertical = 'NONE' }: SignatureAppearance,
  frame: Extent,
  { width, height }: Layout,
): { readonly x: number; readonly y: number } {
  const { originX = 0, originY = 0 } = field
  const x = { NONE: originX, LEFT: originX, CENTER: (frame.width - width) / 2, RIGHT: frame.width - width - originX }
  const y = {
    NONE: originY,
    TOP: originY,
    MIDDLE: (frame.height - height) / 2,
    BOTTOM: frame.height - height - originY,
  }
  return { x: x[alignmentHorizontal], y: y[alignmentVertical] }
}

/** 12.5.3: Invisible, Hidden and NoView annotations are not seen; neither are pop-ups, which open beside the page. */
const unseen = 1 | 2 | 32

async function refuseOverlap(document: PdfDocument, page: PageLocation, rectangle: Rectangle): Promise<void> {
  for (const item of (await document.resolveArray(page.dictionary.get('Annots'))) ?? []) {
    const annotation = await document.resolveDictionary(item)
    if (!annotation || isName(await document.resolve(annotation.get('Subtype')), 'Popup')) continue
    if (((integerValue(await document.resolve(annotation.get('F'))) ?? 0) & unseen) !== 0) continue
    const other = await readRectangle(document, annotation.get('Rect'))
    if (other && overlap(rectangle, other)) throw new PadesError('appearance_overlaps')
  }
}

/** By P, which is optional, or the page whose Annots name the widget. */
async function pageOf(document: PdfDocument, { reference, dictionary }: ExistingWidget): Promise<PageLocation | null> {
  const named = dictionary.get('P')
  const page = await document.resolveDictionary(named)
  if (named instanceof PdfReference && page) return { reference: named, dictionary: page }
  if (!reference) return null
  for await (const candidate of walkPages(document, document.limits))
    if (((await document.resolveArray(candidate.dictionary.get('Annots'))) ?? []).some(isSame(reference)))
      return candidate
  return null
}

const isSame =
  (reference: PdfReference) =>
  (item: PdfObject): boolean =>
    item instanceof PdfReference && item.number === reference.number

async function draw(
  builder: RevisionBuilder,
  appearance: SignatureAppearance,
  { picture, font, pdfaPart }: Materials,
  layout: Layout,
  page: PageLocation,
  rectangle: Rectangle,
  turn: QuarterTurn,
): Promise<PlacedAppearance> {
  const colors = pdfaPart === null ? deviceColors : calibratedColors
  const form = await writeForm(builder, { appearance, layout, picture, font, colors, turn })
  const [left, bottom, right, top] = rectangle
  return { page, rectangle: [rounded(left), rounded(bottom), rounded(right), rounded(top)], form }
}
