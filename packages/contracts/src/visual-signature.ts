/**
 * The JSON part `visualSignature` of POST /documents: what a signature shows and where. Members may be null, which is as
 * if they were absent; unknown ones are ignored.
 */
import { type Static, Type } from 'typebox'

const Points = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000, description }))
const Color = (description: string) => Type.Optional(Type.String({ pattern: '^#[0-9a-fA-F]{6}$', description }))
const Base64 = (maxBytes: number, description: string) =>
  Type.Optional(Type.String({ maxLength: Math.ceil(maxBytes / 3) * 4, contentEncoding: 'base64', description }))

export const Standard14FontName = Type.Enum([
  'TIMES_ROMAN',
  'TIMES_BOLD',
  'TIMES_ITALIC',
  'TIMES_BOLD_ITALIC',
  'HELVETICA',
  'HELVETICA_BOLD',
  'HELVETICA_OBLIQUE',
  'HELVETICA_BOLD_OBLIQUE',
  'COURIER',
  'COURIER_BOLD',
  'COURIER_OBLIQUE',
  'COURIER_BOLD_OBLIQUE',
  'SYMBOL',
  'ZAPF_DINGBATS',
])

export const VisualSignatureField = Type.Object({
  fieldId: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description:
        'An empty signature field of the document, which is filled where it stands, or the name of a new one',
    }),
  ),
  page: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'From 1, which is the default' })),
  originX: Points(
    "Points from the left of the page to the box (with alignmentHorizontal RIGHT: from the page's right)",
  ),
  originY: Points("Points from the top of the page to the box (with alignmentVertical BOTTOM: from the page's bottom)"),
  width: Points('Points; 0 or absent: as the image and the text need'),
  height: Points('Points; 0 or absent: as the image and the text need'),
  rotation: Type.Optional(
    Type.Enum(['NONE', 'AUTOMATIC', 'ROTATE_90', 'ROTATE_180', 'ROTATE_270'], {
      description:
        'Clockwise, the origin turning along; AUTOMATIC: upright as the page is shown. Default NONE: in the coordinates of the page before its own rotation',
    }),
  ),
})
export type VisualSignatureField = Static<typeof VisualSignatureField>

export const VisualSignatureText = Type.Object({
  text: Type.Optional(Type.String({ maxLength: 4000, description: 'Lines are parted by line feeds' })),
  textColor: Color('Default black'),
  backgroundColor: Color('Behind the text and its padding; default none'),
  padding: Points('Around the text; default 5'),
  textWrapping: Type.Optional(
    Type.Enum(['FILL_BOX', 'FILL_BOX_AND_LINEBREAK', 'FONT_BASED'], {
      description:
        'As large as the box allows (with lines broken for that), or 12 points times zoom; default FONT_BASED',
    }),
  ),
  signerTextPosition: Type.Optional(
    Type.Enum(['TOP', 'BOTTOM', 'RIGHT', 'LEFT'], { description: 'On which side of the image; default LEFT' }),
  ),
  signerTextHorizontalAlignment: Type.Optional(Type.Enum(['LEFT', 'CENTER', 'RIGHT'])),
  signerTextVerticalAlignment: Type.Optional(Type.Enum(['TOP', 'MIDDLE', 'BOTTOM'])),
  standard14Font: Type.Optional(Standard14FontName),
  customFont: Base64(24 * 1024 * 1024, 'TrueType; embedded as a subset'),
})
export type VisualSignatureText = Static<typeof VisualSignatureText>

export const VisualSignature = Type.Object({
  image: Base64(8 * 1024 * 1024, 'PNG or JPEG'),
  dpi: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 9600, description: 'Of the image; default: what it says of itself, else 96' }),
  ),
  zoom: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10_000, description: 'Percent, of the box and the size of text; default 100' }),
  ),
  backgroundColor: Color('Of the whole box; default none'),
  alignmentHorizontal: Type.Optional(
    Type.Enum(['NONE', 'LEFT', 'CENTER', 'RIGHT'], { description: 'Of the box on the page; default NONE: at originX' }),
  ),
  alignmentVertical: Type.Optional(
    Type.Enum(['NONE', 'TOP', 'MIDDLE', 'BOTTOM'], { description: 'Of the box on the page; default NONE: at originY' }),
  ),
  imageScaling: Type.Optional(
    Type.Enum(['STRETCH', 'ZOOM_AND_CENTER', 'CENTER'], { description: 'In what the text leaves; default STRETCH' }),
  ),
  fieldParameters: Type.Optional(VisualSignatureField),
  textParameters: Type.Optional(VisualSignatureText),
})
export type VisualSignature = Static<typeof VisualSignature>
