/** Colours of an appearance: the device's, or in PDF/A ones that need no output intent (ISO 19005-1, 6.2.3). */
import { dictionary, name, type PdfObject, PdfString } from '@cloudsigner/pdf'
import type { Color } from './appearance.ts'
import type { Picture } from './image/image.ts'

export interface ColorSpaces {
  /** Entries of Resources. */
  readonly resources: Readonly<Record<string, PdfObject>>
  of(picture: Picture): PdfObject
  /** Operators that set the colour for filling. */
  fill(color: Color): string
}

// sRGB (IEC 61966-2-1) as CalRGB can say it: D65, primaries of ITU-R BT.709, and the power that its curve is nearest to.
const whitePoint = [0.9505, 1, 1.089]
const gamma = 2.2
const primaries = [0.4124, 0.2126, 0.0193, 0.3576, 0.7152, 0.1192, 0.1805, 0.0722, 0.9505]
const calRgb: PdfObject = [
  name('CalRGB'),
  dictionary({ WhitePoint: whitePoint, Gamma: [gamma, gamma, gamma], Matrix: primaries }),
]
const calGray: PdfObject = [name('CalGray'), dictionary({ WhitePoint: whitePoint, Gamma: gamma })]

export const deviceColors: ColorSpaces = {
  resources: {},
  of: pictureSpace(name('DeviceRGB'), name('DeviceGray')),
  fill: (color) => `${components(color)} rg`,
}

export const calibratedColors: ColorSpaces = {
  resources: { ColorSpace: dictionary({ CS0: calRgb }) },
  of: pictureSpace(calRgb, calGray),
  fill: (color) => `/CS0 cs ${components(color)} scn`,
}

function pictureSpace(rgb: PdfObject, gray: PdfObject): ColorSpaces['of'] {
  return ({ colorSpace }) =>
    colorSpace.kind === 'palette'
      ? [name('Indexed'), rgb, colorSpace.rgb.length / 3 - 1, new PdfString(colorSpace.rgb, true)]
      : colorSpace.kind === 'rgb'
        ? rgb
        : gray
}

const components = (color: Color): string => color.map((value) => String(Math.round(value * 1000) / 1000)).join(' ')
