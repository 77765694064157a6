/** Character classes of 7.2.3. */
const whitespace = 1
const delimiter = 2

const classes = new Uint8Array(256)
for (const byte of [0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20]) classes[byte] = whitespace
for (const character of '()<>[]{}/%') classes[character.charCodeAt(0)] = delimiter

export const isWhitespace = (byte: number | undefined): boolean => byte !== undefined && classes[byte] === whitespace
export const isRegular = (byte: number | undefined): boolean => byte !== undefined && classes[byte] === 0
export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

/** Value of a hexadecimal digit, or -1. */
export function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** Text of one character a byte. */
export function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

const encoder = new TextEncoder()

/** Bytes of a text whose characters are all below 256. */
export function latin1Bytes(text: string): Uint8Array {
  // In UTF-8 only ASCII has one byte a character: then the platform's encoder has given just what is wanted, and fast.
  const utf8 = encoder.encode(text)
  if (utf8.length === text.length) return utf8
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index)
  return bytes
}
