import { PkiError, readPublicKeyInfo } from '@cloudsigner/pki'
import type { Rule } from '../rule.ts'

export const subjectPublicKey: Rule = {
  clause: 'RFC 5480 §2, RFC 8017, ETSI TS 119 312 §6.2',
  demand: 'The key is on P-256 or P-384, or an RSA key of 2048 to 8192 bits.',
  check: ({ subjectPublicKeyInfo }) => isAcceptableKey(subjectPublicKeyInfo),
}

export function isAcceptableKey(subjectPublicKeyInfo: Uint8Array): boolean {
  try {
    const { curve, modulusBits = 0 } = readPublicKeyInfo(subjectPublicKeyInfo)
    return curve === 'P-256' || curve === 'P-384' || (modulusBits >= 2048 && modulusBits <= 8192)
  } catch (error) {
    if (error instanceof PkiError) return false
    throw error
  }
}
