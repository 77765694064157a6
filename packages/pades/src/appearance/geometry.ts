/** Places on a page: as they are seen, and in the page's own coordinates (ISO 32000-2, 8.3.2, 14.11.2). */
import { inheritedPageEntry, isArray, type PageLocation, type PdfDocument, type PdfObject } from '@cloudsigner/pdf'
import type { AppearanceField } from './appearance.ts'

/** Left, bottom, right, top, ordered. */
export type Rectangle = readonly [number, number, number, number]

export type QuarterTurn = 0 | 90 | 180 | 270

export interface PageGeometry {
  /** What is seen of the page: CropBox within MediaBox, in user space. */
  readonly visible: Rectangle
  /** Clockwise, by which the page is turned when it is shown. */
  readonly rotate: QuarterTurn
  /** Points in one unit of user space. */
  readonly userUnit: number
}

/** A box in the coordinates of a frame: points, y downwards from the top left. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** US Letter, which readers take for a page without a MediaBox. */
const defaultMediaBox: Rectangle = [0, 0, 612, 792]

export async function readPageGeometry(document: PdfDocument, page: PageLocation): Promise<PageGeometry> {
  const entry = (key: string) => inheritedPageEntry(document, page.dictionary, key, document.limits)
  const media = (await readRectangle(document, await entry('MediaBox'))) ?? defaultMediaBox
  const crop = (await readRectangle(document, await entry('CropBox'))) ?? media
  const userUnit = await document.resolve(page.dictionary.get('UserUnit'))
  return {
    visible: intersection(crop, media) ?? media,
    rotate: quarterTurn(await entry('Rotate')),
    userUnit: typeof userUnit === 'number' && userUnit > 0 && Number.isFinite(userUnit) ? userUnit : 1,
  }
}

/** 7.9.5: any two opposite corners; null for what is no rectangle, or none with an area. */
export async function readRectangle(document: PdfDocument, value: PdfObject | undefined): Promise<Rectangle | null> {
  const array = await document.resolve(value)
  if (!isArray(array) || array.length !== 4) return null
  const numbers: number[] = []
  for (const item of array) {
    const number = await document.resolve(item)
    if (typeof number !== 'number') return null
    numbers.push(number)
  }
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = numbers
  return x1 === x2 || y1 === y2 ? null : [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)]
}

function intersection(a: Rectangle, b: Rectangle): Rectangle | null {
  const [left, bottom] = [Math.max(a[0], b[0]), Math.max(a[1], b[1])]
  const [right, top] = [Math.min(a[2], b[2]), Math.min(a[3], b[3])]
  return left < right && bottom < top ? [left, bottom, right, top] : null
}

function quarterTurn(value: PdfObject): QuarterTurn {
  if (typeof value !== 'number' || value % 90 !== 0) return 0
  const turn = ((value % 360) + 360) % 360
  return turn === 90 || turn === 180 || turn === 270 ? turn : 0
}

const turns = { NONE: 0, ROTATE_90: 90, ROTATE_180: 180, ROTATE_270: 270 } as const

/** By how much the box is turned against the page's own coordinates, clockwise. */
export function turnOf(rotation: AppearanceField['rotation'], { rotate }: PageGeometry): QuarterTurn {
  return rotation === 'AUTOMATIC' ? quarterTurn(360 - rotate) : turns[rotation ?? 'NONE']
}

/** Width and height with the sides changed where the turn is an odd one. */
export function turned(width: number, height: number, turn: QuarterTurn): { width: number; height: number } {
  return turn % 180 === 0 ? { width, height } : { width: height, height: width }
}

/** The visible page as it lies under a box that is turned: points. */
export function frameOf({ visible, userUnit }: PageGeometry, turn: QuarterTurn): { width: number; height: number } {
  return turned((visible[2] - visible[0]) * userUnit, (visible[3] - visible[1]) * userUnit, turn)
}

/** A box of the frame in user space. */
export function placeBox({ visible, userUnit }: PageGeometry, turn: QuarterTurn, box: Box): Rectangle {
  const [left, bottom, right, top] = visible
  const unit = (points: number): number => points / userUnit
  const [x1, x2] = [unit(box.x), unit(box.x + box.width)]
  const [y1, y2] = [unit(box.y), unit(box.y + box.height)]
  // The frame's origin is the corner that is its top left once the frame is turned; its axes turn with it.
  const corners = {
    0: [left + x1, top - y2, left + x2, top - y1],
    90: [right - y2, top - x2, right - y1, top - x1],
    180: [right - x2, bottom + y1, right - x1, bottom + y2],
    270: [left + y1, bottom + x1, left + y2, bottom + x2],
  } as const satisfies Record<QuarterTurn, Rectangle>
  return corners[turn]
}

/** Hundredths of a point make no difference on paper, and come from arithmetic alone. */
const tolerance = 0.01

export function liesWithin(inner: Rectangle, outer: Rectangle): boolean {
  return (
    inner[0] >= outer[0] - tolerance &&
    inner[1] >= outer[1] - tolerance &&
    inner[2] <= outer[2] + tolerance &&
    inner[3] <= outer[3] + tolerance
  )
}

/** Whether they share more than an edge. */
export function overlap(a: Rectangle, b: Rectangle): boolean {
  return a[0] < b[2] - tolerance && b[0] < a[2] - tolerance && a[1] < b[3] - tolerance && b[1] < a[3] - tolerance
}

/** Form matrix (8.3.4) that turns a width × height box clockwise and sets its lower left corner to the origin again. */
export function turnMatrix(turn: QuarterTurn, width: number, height: number): readonly number[] {
  return {
    0: [1, 0, 0, 1, 0, 0],
    90: [0, -1, 1, 0, 0, width],
    180: [-1, 0, 0, -1, width, height],
    270: [0, 1, -1, 0, height, 0],
  }[turn]
}
