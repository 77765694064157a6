/** ML-KEM and ML-DSA keys as they travel: SubjectPublicKeyInfo, and PKCS#8 (RFC 9935, RFC 9881). */
import { concat } from '../encoding/bytes.ts'
import { ProtocolError } from '../protocol-error.ts'
import type { MlDsaParameterSet, MlKemParameterSet } from './crypto-provider.ts'

type ParameterSet = MlKemParameterSet | MlDsaParameterSet

/** Last byte of the OID 2.16.840.1.101.3.4.{4,3}.x, and the sizes of raw key, seed and expanded private key. */
const sets = {
  'ML-KEM-768': { arc: 4, id: 2, publicKey: 1184, seed: 64, expanded: 2400 },
  'ML-KEM-1024': { arc: 4, id: 3, publicKey: 1568, seed: 64, expanded: 3168 },
  'ML-DSA-65': { arc: 3, id: 18, publicKey: 1952, seed: 32, expanded: 4032 },
  'ML-DSA-87': { arc: 3, id: 19, publicKey: 2592, seed: 32, expanded: 4896 },
} as const satisfies Record<ParameterSet, object>

/** The raw key in a SubjectPublicKeyInfo. */
export function encodeSubjectPublicKey(set: ParameterSet, publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== sets[set].publicKey) throw notAKey(set)
  return concat(subjectPublicKeyPrefix(set), publicKey)
}

/** The raw key of a SubjectPublicKeyInfo, which DER writes in one way only. Throws `invalid_public_key`. */
export function decodeSubjectPublicKey(set: ParameterSet, spki: Uint8Array): Uint8Array {
  const prefix = subjectPublicKeyPrefix(set)
  const same = prefix.every((byte, index) => spki[index] === byte)
  if (!same || spki.length !== prefix.length + sets[set].publicKey) throw notAKey(set)
  return spki.slice(prefix.length)
}

/**
 * The seed of a PKCS#8 private key in its forms with a seed: seed alone, or seed and expanded key, as the reference
 * stores it. The expanded key is not looked at: it follows from the seed. Throws `invalid_encoding`.
 */
export function decodePrivateKeySeed(set: ParameterSet, pkcs8: Uint8Array): Uint8Array {
  const { seed, expanded } = sets[set]
  const algorithm = algorithmIdentifier(set)
  const inner = (content: Uint8Array) =>
    concat(Uint8Array.of(2, 1, 0), algorithm, header(0x04, content.length), content)
  const seedAlone = concat(header(0x80, seed), new Uint8Array(seed))
  const both = header(0x30, seed + expanded + header(4, seed).length + header(4, expanded).length)
  for (const prefix of [seedAlone.subarray(0, 2), concat(both, header(4, seed))]) {
    const rest =
      prefix.length === 2 ? new Uint8Array(seed) : new Uint8Array(seed + expanded + header(4, expanded).length)
    const body = inner(concat(prefix, rest))
    const whole = concat(header(0x30, body.length), body)
    const start = whole.length - rest.length
    if (pkcs8.length === whole.length && whole.subarray(0, start).every((byte, at) => pkcs8[at] === byte)) {
      return pkcs8.slice(start, start + seed)
    }
  }
  throw new ProtocolError('invalid_encoding', `A private key is no PKCS#8 of ${set} with its seed`)
}

function subjectPublicKeyPrefix(set: ParameterSet): Uint8Array {
  const { publicKey } = sets[set]
  const algorithm = algorithmIdentifier(set)
  const bitString = concat(header(0x03, publicKey + 1), Uint8Array.of(0))
  return concat(header(0x30, algorithm.length + bitString.length + publicKey), algorithm, bitString)
}

/** SEQUENCE { OID }: parameters are absent (RFC 9881 §2, RFC 9935 §3). */
function algorithmIdentifier(set: ParameterSet): Uint8Array {
  const { arc, id } = sets[set]
  return Uint8Array.of(0x30, 11, 0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, arc, id)
}

/** Tag and length of a DER element (X.690 §8.1.3); nothing here is longer than 0xffff. */
function header(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length)
  if (length < 0x100) return Uint8Array.of(tag, 0x81, length)
  return Uint8Array.of(tag, 0x82, length >> 8, length & 0xff)
}

function notAKey(set: ParameterSet): ProtocolError {
  return new ProtocolError('invalid_public_key', `A public key must be a key of ${set}`)
}
