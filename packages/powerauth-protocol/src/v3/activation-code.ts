/** Activation codes: 80 random bits and a CRC-16/ARC, Base32 in four groups of five (Activation-code). */
import type { CryptoProvider } from '../crypto-provider.ts'
import { ProtocolError } from '../protocol-error.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567' // RFC 4648 §6
const pattern = /^[A-Z2-7]{5}(?:-[A-Z2-7]{5}){3}$/

/** A new code, `XXXXX-XXXXX-XXXXX-XXXXX`. That it is unique among waiting activations is the server's to see to. */
export function generateActivationCode(crypto: CryptoProvider): string {
  return formatActivationCode(crypto.random(10))
}

/** The code of 10 given bytes. */
export function formatActivationCode(bytes: Uint8Array): string {
  const sum = crc16(bytes)
  const encoded = base32(Uint8Array.of(...bytes, sum >> 8, sum & 0xff))
  return [0, 5, 10, 15].map((start) => encoded.slice(start, start + 5)).join('-')
}

/** The same text where it is a well-formed code with the right check sum; else throws `invalid_activation_code`. */
export function parseActivationCode(text: string): string {
  if (!isActivationCode(text)) throw new ProtocolError('invalid_activation_code', 'This is no activation code')
  return text
}

export function isActivationCode(text: string): boolean {
  if (typeof text !== 'string' || !pattern.test(text)) return false
  // Re-encoding checks the sum and that the four unused bits are zero.
  return formatActivationCode(unbase32(text.replaceAll('-', '')).subarray(0, 10)) === text
}

/** What a person typed, with the digits that Base32 lacks read as the letters they look like. */
export function correctTypedActivationCode(typed: string): string {
  const characters = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('0', 'O').replaceAll('1', 'I')
  return characters.match(/.{1,5}/g)?.join('-') ?? ''
}

/** The payload of a QR code or deep link, `CODE#SIGNATURE`; the signature may be missing. */
export function parseActivationQrCode(payload: string): { readonly code: string; readonly signature?: string } {
  const separator = payload.indexOf('#')
  if (separator < 0) return { code: parseActivationCode(payload) }
  const signature = payload.slice(separator + 1)
  if (signature === '') throw new ProtocolError('invalid_activation_code', 'The signature of the code is empty')
  return { code: parseActivationCode(payload.slice(0, separator)), signature }
}

/** CRC-16/ARC: reflected polynomial 0xA001, initial value 0. */
function crc16(bytes: Uint8Array): number {
  let sum = 0
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >> 1) ^ 0xa001 : sum >> 1
  }
  return sum
}

function base32(bytes: Uint8Array): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return (bits.match(/.{1,5}/g) ?? []).map((group) => alphabet[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}

function unbase32(text: string): Uint8Array {
  let bits = ''
  for (const character of text) bits += alphabet.indexOf(character).toString(2).padStart(5, '0')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (group) => Number.parseInt(group, 2))
}
