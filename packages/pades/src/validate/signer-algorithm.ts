/** Algorithms of a SignerInfo: which pair verifies it, and whether that pair can still be relied on. */
import {
  decodeOid,
  derChildren,
  encodeDer,
  encodeOid,
  type HashAlgorithm,
  PkiError,
  readDer,
  readHashAlgorithm,
  readPublicKeyInfo,
  readSignatureAlgorithm,
  tryReading,
} from '@cloudsigner/pki'

const TAG_SEQUENCE = 0x30
const TAG_NULL = 0x05

/** RFC 3370 §3.2: some name only the kind of key here, and the hash is the SignerInfo's digestAlgorithm. */
const keyOnlyAlgorithms: Readonly<Record<string, Readonly<Record<HashAlgorithm, string>>>> = {
  // rsaEncryption
  '1.2.840.113549.1.1.1': {
    'SHA-1': '1.2.840.113549.1.1.5',
    'SHA-256': '1.2.840.113549.1.1.11',
    'SHA-384': '1.2.840.113549.1.1.12',
    'SHA-512': '1.2.840.113549.1.1.13',
  },
  // id-ecPublicKey, which no standard allows here and some devices write
  '1.2.840.10045.2.1': {
    'SHA-1': '1.2.840.10045.4.1',
    'SHA-256': '1.2.840.10045.4.3.2',
    'SHA-384': '1.2.840.10045.4.3.3',
    'SHA-512': '1.2.840.10045.4.3.4',
  },
}

export interface SignerAlgorithms {
  /** Of the content and of the signed attributes. */
  readonly hash: HashAlgorithm
  /** DER AlgorithmIdentifier that names key and hash. */
  readonly signatureAlgorithm: Uint8Array
}

/** A sentence where the pair is not supported, or contradicts itself (RFC 8933 §3: one hash for both). */
export function readSignerAlgorithms(signer: {
  readonly digestAlgorithm: Uint8Array
  readonly signatureAlgorithm: Uint8Array
}): SignerAlgorithms | string {
  const hash = tryReading(() => readHashAlgorithm(signer.digestAlgorithm))
  if (hash instanceof PkiError) return hash.message
  const signatureAlgorithm = withHash(signer.signatureAlgorithm, hash)
  const info = tryReading(() => readSignatureAlgorithm(signatureAlgorithm))
  return info instanceof PkiError ? info.message : { hash, signatureAlgorithm }
}

function withHash(algorithm: Uint8Array, hash: HashAlgorithm): Uint8Array {
  const oid = tryReading(() => {
    const [first] = derChildren(readDer(algorithm))
    return first === undefined ? '' : decodeOid(first)
  })
  const named = oid instanceof PkiError ? undefined : keyOnlyAlgorithms[oid]?.[hash]
  if (named === undefined) return algorithm
  const parameters = named.startsWith('1.2.840.113549') ? [encodeDer(TAG_NULL)] : []
  return encodeDer(TAG_SEQUENCE, encodeOid(named), ...parameters)
}

const MIN_RSA_BITS = 2048

/** What makes the pair unreliable today (ETSI TS 119 312 V1.4 §6, §7), as a sentence; null where nothing does. */
export function findWeakness(
  hash: HashAlgorithm | null,
  signatureAlgorithm: Uint8Array,
  subjectPublicKeyInfo: Uint8Array,
): string | null {
  const algorithm = tryReading(() => readSignatureAlgorithm(signatureAlgorithm))
  const key = tryReading(() => readPublicKeyInfo(subjectPublicKeyInfo))
  if (hash === 'SHA-1' || (!(algorithm instanceof PkiError) && algorithm.hash === 'SHA-1')) return 'SHA-1'
  if (!(key instanceof PkiError) && key.modulusBits !== undefined && key.modulusBits < MIN_RSA_BITS) {
    return `RSA of ${key.modulusBits} bits`
  }
  return null
}
