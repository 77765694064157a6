import { buildName, type CryptoProvider, type Name, nameFromString, PkiError, toHex } from '@cloudsigner/pki'
import { SignerProblem } from './signer-problem.ts'

const commonName = '2.5.4.3'

/**
 * Whom a certificate of Cloud mode names: what the caller vouches for, held to its profile by the CA; else 16 hex digits
 * of SHA-256 of the signer's id, which tell nobody the activation, and which the CA completes as a pseudonym.
 */
export function cloudSubject(asked: string | null, signerId: string, crypto: Pick<CryptoProvider, 'digest'>): Name {
  if (asked === null) {
    const pseudonym = toHex(crypto.digest('SHA-256', new TextEncoder().encode(signerId))).slice(0, 16)
    return buildName([[{ type: commonName, value: pseudonym }]])
  }
  try {
    return nameFromString(asked)
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause
    throw new SignerProblem('REQUEST_VALIDATION_ERROR', `subject cannot be read: ${cause.message}`, {}, { cause })
  }
}
