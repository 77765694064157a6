import { fromHex } from '@cloudsigner/pki'
import { CaProblem } from './problem.ts'

/**
 * 16 octets, of which more than 64 bits are random (CA/B BR §7.1), positive, and never with a leading zero digit: then EJBCA's spelling
 * of the number and the certificate's octets in hex are the same text.
 */
export function newSerialNumber(random: (length: number) => Uint8Array): Uint8Array {
  const serial = Uint8Array.from(random(16))
  serial[0] = 0x10 + ((serial[0] ?? 0) % 0x70)
  return serial
}

export const invalidSerialNumber =
  "Invalid serial number format. Should be HEX encoded (optionally with '0x' prefix) e.g. '0x10782a83eef170d4'"

/** Of a path: hex, with or without `0x`, any case, leading zeros allowed. Upper-case hex, two digits an octet. */
export function parseSerialNumber(text: string): string {
  const digits = text.replace(/^0x/i, '').replace(/^0+(?=.)/, '')
  const even = digits.length % 2 === 0 ? digits : `0${digits}`
  if (even.length === 0 || even.length > 40 || fromHex(even) === null) {
    throw new CaProblem('serial_malformed', invalidSerialNumber)
  }
  return even.toUpperCase()
}

/** As EJBCA writes it: upper-case hex of the number, without leading zeros. */
export const displaySerialNumber = (serialNumber: string): string => serialNumber.replace(/^0+(?=.)/, '')
