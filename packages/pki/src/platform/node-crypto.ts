import {
  constants,
  createHash,
  createPublicKey,
  type Hash,
  hash,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import { promisify } from 'node:util'
import { readPublicKeyInfo, readSignatureAlgorithm, type SignatureAlgorithmInfo } from '../algorithms.ts'
import type { CryptoProvider, HashAlgorithm, IncrementalHash } from '../crypto-provider.ts'
import { isCanonicalDer } from '../der/canonical.ts'
import { PkiError } from '../errors.ts'

const opensslNames: Readonly<Record<HashAlgorithm, string>> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

const verifyInThreadPool = promisify(verify)

/** Octets of data. Below, as for signed attributes and certificates, a verification is shorter than the way to a thread and back. */
const worthAThread = 64 * 1024

const incremental = (state: Hash): IncrementalHash => ({
  update: (bytes) => {
    state.update(bytes)
  },
  copy: () => incremental(state.copy()),
  digest: () => plain(state.digest()),
})

/** Buffers out of Node's pool must not leave this room: their `.buffer` holds strangers' bytes. */
const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)

/** Node's OpenSSL behind the room's CryptoProvider. */
export const nodeCrypto: CryptoProvider = {
  createHash: (algorithm) => incremental(createHash(opensslNames[algorithm])),
  digest: (algorithm, bytes) => plain(hash(opensslNames[algorithm], bytes, 'buffer')),
  random: (length) => plain(randomBytes(length)),
  timingSafeEqual: (a, b) => a.length === b.length && timingSafeEqual(a, b),
  async verify(signatureAlgorithm, subjectPublicKeyInfo, signature, data) {
    const prepared = prepare(signatureAlgorithm, subjectPublicKeyInfo, signature)
    if (!prepared) return false
    const { algorithm, key } = prepared
    try {
      const parameters = { key, ...padding(algorithm) }
      return data.length <= worthAThread
        ? verify(opensslHash(algorithm), data, parameters, signature)
        : await verifyInThreadPool(opensslHash(algorithm), data, parameters, signature)
    } catch (error) {
      // Such as a digest that is longer than an RSA key.
      if (isOpensslError(error)) return false
      throw error
    }
  },
}

/** Null for every pair that cannot verify: unsupported, mismatched, a point off its curve, a signature that is not DER. */
function prepare(signatureAlgorithm: Uint8Array, subjectPublicKeyInfo: Uint8Array, signature: Uint8Array) {
  try {
    const algorithm = readSignatureAlgorithm(signatureAlgorithm)
    if (readPublicKeyInfo(subjectPublicKeyInfo).algorithm !== keyAlgorithms[algorithm.name]) return null
    // OpenSSL reads BER-ish ECDSA signatures too; one encoding only, so that a signature cannot be altered and stay valid.
    if (algorithm.name === 'ECDSA' && !isCanonicalDer(signature)) return null
    return { algorithm, key: importKey(subjectPublicKeyInfo) }
  } catch (error) {
    if (error instanceof PkiError || isOpensslError(error)) return null
    throw error
  }
}

const keyAlgorithms = {
  ECDSA: 'EC',
  'RSASSA-PKCS1-v1_5': 'RSA',
  'RSASSA-PSS': 'RSA',
  Ed25519: 'Ed25519',
  'ML-DSA-44': 'ML-DSA-44',
  'ML-DSA-65': 'ML-DSA-65',
  'ML-DSA-87': 'ML-DSA-87',
} as const

function importKey(subjectPublicKeyInfo: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(subjectPublicKeyInfo), format: 'der', type: 'spki' })
}

const isOpensslError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^ERR_(OSSL|CRYPTO)/.test(error.code)

const opensslHash = (algorithm: SignatureAlgorithmInfo): string | null =>
  algorithm.hash === null ? null : opensslNames[algorithm.hash]

/** OpenSSL's parameters of an RSA signature. */
export function padding(algorithm: SignatureAlgorithmInfo): { padding?: number; saltLength?: number } {
  if (algorithm.name === 'RSASSA-PKCS1-v1_5') return { padding: constants.RSA_PKCS1_PADDING }
  if (algorithm.name !== 'RSASSA-PSS') return {}
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: algorithm.saltLength ?? 20 }
}
