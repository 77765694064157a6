import { encodePdfDocText } from '../syntax/text-string.ts'

/** What fills a password up to 32 octets (7.6.4.3.2, algorithm 2, step a). */
export const passwordPadding = Uint8Array.of(
  ...[0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08],
  ...[0x2e, 0x2e, 0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a],
)

/** Revisions 2 to 4: PDFDocEncoding, cut or filled to 32 octets. A character that the encoding lacks gives null: no such password was set. */
export function paddedPassword(password: string): Uint8Array | null {
  const bytes = encodePdfDocText(password)
  if (!bytes) return null
  const padded = new Uint8Array(32)
  padded.set(bytes.subarray(0, 32))
  if (bytes.length < 32) padded.set(passwordPadding.subarray(0, 32 - bytes.length), bytes.length)
  return padded
}

/** RFC 4013 §2.1: what is mapped to nothing, and the spaces that become U+0020. */
const mappedToNothing = /\u00ad|\u034f|\u1806|[\u180b-\u180d]|[\u200b-\u200d]|\u2060|[\ufe00-\ufe0f]|\ufeff/gu
const otherSpaces = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu

/** Revisions 5 and 6 (7.6.4.3.3, algorithm 2.A, step a): SASLprep, UTF-8, the first 127 octets. */
export function preparedPassword(password: string): Uint8Array {
  const prepared = password.replace(otherSpaces, ' ').replace(mappedToNothing, '').normalize('NFKC')
  return new TextEncoder().encode(prepared).subarray(0, 127)
}
