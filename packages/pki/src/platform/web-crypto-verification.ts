import {
  type PublicKeyInfo,
  readPublicKeyInfo,
  readSignatureAlgorithm,
  rsaKeyFor,
  type SignatureAlgorithmInfo,
} from '../algorithms.ts'
import { readCanonical } from '../der/canonical.ts'
import { Structure } from '../der/structure.ts'
import { Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'

/** What `crypto.subtle` is to be asked. */
export interface WebCryptoVerification {
  readonly importParameters: AlgorithmIdentifier | EcKeyImportParams | RsaHashedImportParams
  readonly verifyParameters: AlgorithmIdentifier | EcdsaParams | RsaPssParams
  readonly spki: Uint8Array<ArrayBuffer>
  /** The signature in WebCrypto's form. */
  readonly octets: Uint8Array<ArrayBuffer>
}

/** Null for every pair that cannot verify: unsupported, mismatched, a signature that is not DER. */
export function webCryptoVerification(
  signatureAlgorithm: Uint8Array,
  subjectPublicKeyInfo: Uint8Array,
  signature: Uint8Array,
): WebCryptoVerification | null {
  try {
    const algorithm = readSignatureAlgorithm(signatureAlgorithm)
    const key = readPublicKeyInfo(subjectPublicKeyInfo)
    return inWebCryptoTerms(algorithm, key, subjectPublicKeyInfo, signature)
  } catch (error) {
    if (error instanceof PkiError) return null
    throw error
  }
}

/** WebCrypto takes no view on memory that may be shared. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)

function inWebCryptoTerms(
  algorithm: SignatureAlgorithmInfo,
  key: PublicKeyInfo,
  subjectPublicKeyInfo: Uint8Array,
  signature: Uint8Array,
): WebCryptoVerification | null {
  const { name, hash } = algorithm
  const spki = own(subjectPublicKeyInfo)
  if (hash === null) {
    if (key.algorithm !== name) return null
    return { importParameters: name, verifyParameters: name, spki, octets: own(signature) }
  }
  if (name === 'ECDSA') {
    const curve = webCryptoCurve(key)
    const octets = curve && ecdsaOctets(signature, coordinateOctets[curve])
    if (!octets) return null
    return { importParameters: { name, namedCurve: curve }, verifyParameters: { name, hash }, spki, octets }
  }
  if (key.algorithm !== 'RSA') return null
  const rsaSpki = own(rsaKeyFor(algorithm, subjectPublicKeyInfo))
  const octets = own(signature)
  if (name === 'RSASSA-PKCS1-v1_5')
    return { importParameters: { name, hash }, verifyParameters: name, spki: rsaSpki, octets }
  const pss = { name: 'RSA-PSS', saltLength: algorithm.saltLength ?? 20 }
  return { importParameters: { name: 'RSA-PSS', hash }, verifyParameters: pss, spki: rsaSpki, octets }
}

/** WebCrypto knows the curves of NIST alone. */
function webCryptoCurve({ curve }: PublicKeyInfo): keyof typeof coordinateOctets | null {
  return curve === 'P-256' || curve === 'P-384' || curve === 'P-521' ? curve : null
}

const coordinateOctets = { 'P-256': 32, 'P-384': 48, 'P-521': 66 } as const

/** Ecdsa-Sig-Value (RFC 3279 §2.2.3) as IEEE P1363 has it: r and s, each as long as the curve's order. Null where they do not fit. */
function ecdsaOctets(signature: Uint8Array, length: number): Uint8Array<ArrayBuffer> | null {
  const structure = Structure.open(readCanonical(signature), 'Ecdsa-Sig-Value', 'der_malformed')
  const integers = [structure.required(Tag.Integer, 'r'), structure.required(Tag.Integer, 's')]
  structure.end()
  const octets = new Uint8Array(2 * length)
  for (const [index, { content }] of integers.entries()) {
    const magnitude = content[0] === 0 ? content.subarray(1) : content
    if ((content[0] ?? 0) >= 0x80 || magnitude.length > length) return null
    octets.set(magnitude, (index + 1) * length - magnitude.length)
  }
  return octets
}
