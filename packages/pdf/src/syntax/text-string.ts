import { PdfString } from './objects.ts'

/** PDFDocEncoding (Annex D.3) where it differs from Latin-1. */
const pdfDocEncoding: ReadonlyMap<number, string> = new Map([
  ...[...'\u02d8\u02c7\u02c6\u02d9\u02dd\u02db\u02da\u02dc'].map(
    (character, index) => [0x18 + index, character] as const,
  ),
  ...[
    ...'\u2022\u2020\u2021\u2026\u2014\u2013\u0192\u2044\u2039\u203a\u2212\u2030\u201e\u201c\u201d\u2018\u2019\u201a\u2122\ufb01\ufb02\u0141\u0152\u0160\u0178\u017d\u0131\u0142\u0153\u0161\u017e',
  ].map((character, index) => [0x80 + index, character] as const),
  [0xa0, '\u20ac'] as const,
])

/** A text string (7.9.2.2): UTF-16BE or UTF-8 by its byte order mark, else PDFDocEncoding. Malformed sequences become U+FFFD. */
export function decodeTextString(value: PdfString): string {
  const { bytes } = value
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes.subarray(2))
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes.subarray(2))
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return new TextDecoder().decode(bytes.subarray(3))
  let text = ''
  for (const byte of bytes) text += pdfDocEncoding.get(byte) ?? String.fromCharCode(byte)
  return text
}

const pdfDocCodes: ReadonlyMap<string, number> = new Map(
  [...pdfDocEncoding].map(([code, character]) => [character, code]),
)

/** PDFDocEncoding; null where it lacks a character. */
export function encodePdfDocText(text: string): Uint8Array | null {
  const codes = [...text].map((character) => {
    const code = pdfDocCodes.get(character) ?? character.codePointAt(0) ?? 0
    return code > 0xff || (code < 0x100 && !pdfDocCodes.has(character) && pdfDocEncoding.has(code)) ? null : code
  })
  return codes.some((code) => code === null) ? null : Uint8Array.from(codes, (code) => code ?? 0)
}

/** ASCII as it is, anything else in UTF-16BE, which every version of PDF knows. */
export function encodeTextString(text: string): PdfString {
  if (/^[\x20-\x7e\t\n\r]*$/.test(text)) return new PdfString(new TextEncoder().encode(text))
  const bytes = new Uint8Array(2 + text.length * 2)
  bytes.set([0xfe, 0xff])
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    bytes[2 + index * 2] = unit >> 8
    bytes[3 + index * 2] = unit & 0xff
  }
  return new PdfString(bytes)
}
