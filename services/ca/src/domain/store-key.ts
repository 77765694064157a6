import { decodeBase64, PkiError } from '@cloudsigner/pki'
import { CaProblem } from './problem.ts'

/** A hash of RFC 4387 §2.1: Base64, padding optional, `+` as it is or read as a space by an unescaping client. */
export function parseStoreKey(text: string | undefined): Uint8Array {
  const base64 = (text ?? '').replaceAll(' ', '+').replace(/=+$/, '')
  try {
    const bytes = decodeBase64(base64.padEnd(Math.ceil(base64.length / 4) * 4, '='))
    if (bytes.length > 0) return bytes
  } catch (error) {
    if (!(error instanceof PkiError)) throw error
  }
  throw new CaProblem('parameter_invalid', 'One of iHash, sHash and sKIDHash is needed, the Base64 of a hash.')
}
