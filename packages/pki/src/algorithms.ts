import { bytesEqual, toHex } from './bytes.ts'
import type { HashAlgorithm } from './crypto-provider.ts'
import { decodeBitStringOctets, decodeOid, decodeSmallInteger } from './der/decode.ts'
import { readDer } from './der/element.ts'
import { encodeOid, explicit, integer, nullValue, sequence } from './der/encode.ts'
import { explicitContent, parsing, Structure } from './der/structure.ts'
import { contextConstructed, Tag } from './der/tags.ts'
import { PkiError } from './errors.ts'

/** An object identifier in dotted form. */
export type Oid = string

/** FIPS 204, by parameter set. */
export type MlDsa = 'ML-DSA-44' | 'ML-DSA-65' | 'ML-DSA-87'

export interface SignatureAlgorithmInfo {
  readonly oid: Oid
  readonly name: 'ECDSA' | 'RSASSA-PKCS1-v1_5' | 'RSASSA-PSS' | 'Ed25519' | MlDsa
  /** Of the data; null for Ed25519 and ML-DSA, which hash by themselves. */
  readonly hash: HashAlgorithm | null
  /** Octets, RSASSA-PSS only. */
  readonly saltLength?: number
}

type Parameters = 'absent' | 'null' | 'pss'
interface Row {
  readonly name: SignatureAlgorithmInfo['name']
  readonly hash: HashAlgorithm | null
  readonly parameters: Parameters
}
const ecdsa = (hash: HashAlgorithm): Row => ({ name: 'ECDSA', hash, parameters: 'absent' })
const mlDsa = (name: MlDsa): Row => ({ name, hash: null, parameters: 'absent' })
const pkcs1 = (hash: HashAlgorithm): Row => ({ name: 'RSASSA-PKCS1-v1_5', hash, parameters: 'null' })

/** Signature algorithms that are verified; SHA-1 ones are for old signatures and never made. */
export const signatureAlgorithms = {
  '1.2.840.10045.4.1': ecdsa('SHA-1'), // RFC 3279 §2.2.3
  '1.2.840.10045.4.3.2': ecdsa('SHA-256'), // RFC 5758 §3.2
  '1.2.840.10045.4.3.3': ecdsa('SHA-384'),
  '1.2.840.10045.4.3.4': ecdsa('SHA-512'),
  '1.2.840.113549.1.1.5': pkcs1('SHA-1'), // RFC 3279 §2.2.1
  '1.2.840.113549.1.1.11': pkcs1('SHA-256'), // RFC 4055 §5
  '1.2.840.113549.1.1.12': pkcs1('SHA-384'),
  '1.2.840.113549.1.1.13': pkcs1('SHA-512'),
  '1.2.840.113549.1.1.10': { name: 'RSASSA-PSS', hash: null, parameters: 'pss' }, // RFC 4055 §3.1
  '1.3.101.112': { name: 'Ed25519', hash: null, parameters: 'absent' }, // RFC 8410 §3
  '2.16.840.1.101.3.4.3.17': mlDsa('ML-DSA-44'), // RFC 9881 §2, RFC 9882 §3
  '2.16.840.1.101.3.4.3.18': mlDsa('ML-DSA-65'),
  '2.16.840.1.101.3.4.3.19': mlDsa('ML-DSA-87'),
} as const satisfies Record<Oid, Row>

const hashes = {
  '1.3.14.3.2.26': 'SHA-1',
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
} as const satisfies Record<Oid, HashAlgorithm>

const hashOids: Readonly<Record<HashAlgorithm, Oid>> = {
  'SHA-1': '1.3.14.3.2.26',
  'SHA-256': '2.16.840.1.101.3.4.2.1',
  'SHA-384': '2.16.840.1.101.3.4.2.2',
  'SHA-512': '2.16.840.1.101.3.4.2.3',
}

export const hashLengths: Readonly<Record<HashAlgorithm, number>> = {
  'SHA-1': 20,
  'SHA-256': 32,
  'SHA-384': 48,
  'SHA-512': 64,
}

const rowOf = <T>(table: Readonly<Record<Oid, T>>, oid: Oid): T | undefined =>
  Object.hasOwn(table, oid) ? table[oid] : undefined

const unsupported = (what: string) => new PkiError('algorithm_unsupported', what)

/** PkiError 'algorithm_unsupported' for an unknown OID or parameters that its standard does not allow. */
export function readSignatureAlgorithm(algorithmIdentifier: Uint8Array): SignatureAlgorithmInfo {
  const { oid, parameters } = readAlgorithmIdentifier(algorithmIdentifier)
  const row = rowOf<Row>(signatureAlgorithms, oid)
  if (!row) throw unsupported(`signature algorithm ${oid}`)
  if (row.parameters === 'pss') return { oid, name: 'RSASSA-PSS', ...readPssParameters(parameters) }
  // RFC 4055 §5: parameters are NULL, and absent ones are accepted too; RFC 5758 §3.2 and RFC 8410 §3: absent.
  const isNull = parameters !== null && bytesEqual(parameters, nullValue())
  if (parameters !== null && !(row.parameters === 'null' && isNull)) {
    throw unsupported(`parameters of signature algorithm ${oid}`)
  }
  return { oid, name: row.name, hash: row.hash }
}

function readAlgorithmIdentifier(der: Uint8Array): { oid: Oid; parameters: Uint8Array | null } {
  return parsing('algorithm_unsupported', 'AlgorithmIdentifier', () => {
    const structure = Structure.open(readDer(der), 'AlgorithmIdentifier', 'algorithm_unsupported')
    const oid = decodeOid(structure.required(Tag.ObjectIdentifier, 'algorithm'))
    const [parameters, ...more] = structure.rest()
    if (more.length > 0) throw unsupported('AlgorithmIdentifier with a member too many')
    return { oid, parameters: parameters?.bytes ?? null }
  })
}

const mgf1 = '1.2.840.113549.1.1.8'

/** RFC 4055 §3.1; only what is in use: MGF1 with the same hash, trailerField 1. */
function readPssParameters(parameters: Uint8Array | null): { hash: HashAlgorithm; saltLength: number } {
  if (parameters === null) throw unsupported('RSASSA-PSS without parameters')
  return parsing('algorithm_unsupported', 'RSASSA-PSS-params', () => {
    const structure = Structure.open(readDer(parameters), 'RSASSA-PSS-params', 'algorithm_unsupported')
    const member = (n: number) => {
      const element = structure.optional(contextConstructed(n))
      return element && explicitContent(element, 'RSASSA-PSS-params', 'algorithm_unsupported')
    }
    const hashMember = member(0)
    const maskMember = member(1)
    const saltMember = member(2)
    const trailerMember = member(3)
    structure.end()
    const hash = hashMember ? readHashAlgorithm(hashMember.bytes) : 'SHA-1'
    const mask = maskMember ? readAlgorithmIdentifier(maskMember.bytes) : null
    const maskHash = mask?.parameters ? readHashAlgorithm(mask.parameters) : 'SHA-1'
    const trailer = trailerMember ? decodeSmallInteger(trailerMember) : 1
    if ((mask && mask.oid !== mgf1) || maskHash !== hash || trailer !== 1) throw unsupported('RSASSA-PSS-params')
    return { hash, saltLength: saltMember ? decodeSmallInteger(saltMember) : 20 }
  })
}

/** DER AlgorithmIdentifier of RSASSA-PSS with MGF1 of the same hash, a salt as long as the hash, and trailerField 1 (RFC 4055 §3.1). */
export function rsassaPss(hash: Exclude<HashAlgorithm, 'SHA-1'>): Uint8Array {
  const digest = hashAlgorithmIdentifier(hash)
  const members = [
    explicit(0, digest),
    explicit(1, sequence(encodeOid(mgf1), digest)),
    explicit(2, integer(hashLengths[hash])),
  ]
  return sequence(encodeOid(keyTypes.pss), sequence(...members))
}

/** RFC 5754 §2: parameters absent when made. */
export function hashAlgorithmIdentifier(hash: HashAlgorithm): Uint8Array {
  return sequence(encodeOid(hashOids[hash]))
}

/** Parameters absent or NULL (RFC 5754 §2). PkiError 'algorithm_unsupported'. */
export function readHashAlgorithm(algorithmIdentifier: Uint8Array): HashAlgorithm {
  const { oid, parameters } = readAlgorithmIdentifier(algorithmIdentifier)
  const hash = rowOf<HashAlgorithm>(hashes, oid)
  if (!hash || (parameters !== null && !bytesEqual(parameters, nullValue()))) throw unsupported(`hash algorithm ${oid}`)
  return hash
}

export interface PublicKeyInfo {
  readonly algorithm: 'EC' | 'RSA' | 'Ed25519' | MlDsa
  readonly curve?: 'P-256' | 'P-384' | 'P-521' | 'brainpoolP256r1' | 'brainpoolP384r1' | 'brainpoolP512r1'
  /** Length of an RSA modulus. */
  readonly modulusBits?: number
  /** An RSA key under id-RSASSA-PSS: for RSASSA-PSS alone, and where it says so, with this hash (RFC 4055 §1.2). */
  readonly pss?: { readonly hash: HashAlgorithm | null }
}

const curves = {
  '1.2.840.10045.3.1.7': { curve: 'P-256', pointOctets: 65 },
  '1.3.132.0.34': { curve: 'P-384', pointOctets: 97 },
  '1.3.132.0.35': { curve: 'P-521', pointOctets: 133 },
  '1.3.36.3.3.2.8.1.1.7': { curve: 'brainpoolP256r1', pointOctets: 65 }, // RFC 5639 §4.1
  '1.3.36.3.3.2.8.1.1.11': { curve: 'brainpoolP384r1', pointOctets: 97 },
  '1.3.36.3.3.2.8.1.1.13': { curve: 'brainpoolP512r1', pointOctets: 129 },
} as const satisfies Record<Oid, { curve: PublicKeyInfo['curve']; pointOctets: number }>

/** Octets of an encoded public key (FIPS 204, table 2). */
const mlDsaKeys: Readonly<Record<Oid, { readonly algorithm: MlDsa; readonly octets: number }>> = {
  '2.16.840.1.101.3.4.3.17': { algorithm: 'ML-DSA-44', octets: 1312 },
  '2.16.840.1.101.3.4.3.18': { algorithm: 'ML-DSA-65', octets: 1952 },
  '2.16.840.1.101.3.4.3.19': { algorithm: 'ML-DSA-87', octets: 2592 },
}

const keyTypes = {
  ec: '1.2.840.10045.2.1',
  rsa: '1.2.840.113549.1.1.1',
  pss: '1.2.840.113549.1.1.10',
  ed25519: '1.3.101.112',
}

/**
 * What kind of key a SubjectPublicKeyInfo holds (RFC 5480 §2, RFC 3279 §2.3.1, RFC 8410 §4, RFC 9881 §4). EC keys: named curve, uncompressed point of the
 * right length; that the point lies on the curve is the provider's to check. PkiError 'algorithm_unsupported'.
 */
export function readPublicKeyInfo(subjectPublicKeyInfo: Uint8Array): PublicKeyInfo {
  return parsing('algorithm_unsupported', 'SubjectPublicKeyInfo', () => {
    const structure = Structure.open(readDer(subjectPublicKeyInfo), 'SubjectPublicKeyInfo', 'algorithm_unsupported')
    const algorithm = readAlgorithmIdentifier(structure.required(Tag.Sequence, 'algorithm').bytes)
    const key = decodeBitStringOctets(structure.required(Tag.BitString, 'subjectPublicKey'))
    structure.end()
    switch (algorithm.oid) {
      case keyTypes.ec:
        return readEcKey(algorithm.parameters, key)
      case keyTypes.rsa:
        return { algorithm: 'RSA', modulusBits: modulusBits(key) }
      case keyTypes.pss: {
        const { hash = null } = algorithm.parameters === null ? {} : readPssParameters(algorithm.parameters)
        return { algorithm: 'RSA', modulusBits: modulusBits(key), pss: { hash } }
      }
      case keyTypes.ed25519:
        if (key.length !== 32) throw unsupported('Ed25519 key length')
        return { algorithm: 'Ed25519' }
      default:
        return readMlDsaKey(algorithm, key)
    }
  })
}

function readMlDsaKey(
  { oid, parameters }: { readonly oid: Oid; readonly parameters: Uint8Array | null },
  key: Uint8Array,
): PublicKeyInfo {
  const row = rowOf(mlDsaKeys, oid)
  if (!row) throw unsupported(`key algorithm ${oid}`)
  if (parameters !== null || key.length !== row.octets) throw unsupported(`${row.algorithm} key`)
  return { algorithm: row.algorithm }
}

function readEcKey(parameters: Uint8Array | null, point: Uint8Array): PublicKeyInfo {
  const named = parameters?.[0] === Tag.ObjectIdentifier ? decodeOid(readDer(parameters)) : null
  const row = named === null ? undefined : rowOf<{ curve: PublicKeyInfo['curve']; pointOctets: number }>(curves, named)
  if (!row) throw unsupported(`curve ${named ?? 'without a name'}`)
  if (point.length !== row.pointOctets || point[0] !== 0x04) throw unsupported('EC point not uncompressed')
  return { algorithm: 'EC', ...(row.curve && { curve: row.curve }) }
}

function modulusBits(rsaPublicKey: Uint8Array): number {
  const structure = Structure.open(readDer(rsaPublicKey), 'RSAPublicKey', 'algorithm_unsupported')
  const hex = toHex(structure.required(Tag.Integer, 'modulus').content).replace(/^0+/, '')
  return hex === '' ? 0 : 4 * (hex.length - 1) + (32 - Math.clz32(Number.parseInt(hex.charAt(0), 16)))
}

/**
 * An RSA key as WebCrypto reads it, under rsaEncryption. One that is under id-RSASSA-PSS is for RSASSA-PSS alone, and where it has
 * parameters, for that hash and at least that salt (RFC 4055 §1.2, §3.3). PkiError 'algorithm_unsupported' for another signature.
 */
export function rsaKeyFor(signature: SignatureAlgorithmInfo, subjectPublicKeyInfo: Uint8Array): Uint8Array {
  const structure = Structure.open(readDer(subjectPublicKeyInfo), 'SubjectPublicKeyInfo', 'algorithm_unsupported')
  const { oid, parameters } = readAlgorithmIdentifier(structure.required(Tag.Sequence, 'algorithm').bytes)
  if (oid === keyTypes.rsa) return subjectPublicKeyInfo
  const limits = parameters && readPssParameters(parameters)
  const isAllowed =
    signature.name === 'RSASSA-PSS' &&
    (limits === null || (limits.hash === signature.hash && limits.saltLength <= (signature.saltLength ?? 20)))
  if (!isAllowed) throw unsupported('RSASSA-PSS key for another signature')
  return sequence(sequence(encodeOid(keyTypes.rsa), nullValue()), structure.required(Tag.BitString, 'key').bytes)
}

/** The key itself: subjectPublicKey without tag, length and unused bits, as OCSP and key identifiers hash it. */
export function subjectPublicKeyOctets(subjectPublicKeyInfo: Uint8Array): Uint8Array {
  return parsing('algorithm_unsupported', 'SubjectPublicKeyInfo', () => {
    const structure = Structure.open(readDer(subjectPublicKeyInfo), 'SubjectPublicKeyInfo', 'algorithm_unsupported')
    structure.required(Tag.Sequence, 'algorithm')
    return decodeBitStringOctets(structure.required(Tag.BitString, 'subjectPublicKey'))
  })
}

const signatureOids = {
  ECDSA: { 'SHA-256': '1.2.840.10045.4.3.2', 'SHA-384': '1.2.840.10045.4.3.3', 'SHA-512': '1.2.840.10045.4.3.4' },
  RSA: { 'SHA-256': '1.2.840.113549.1.1.11', 'SHA-384': '1.2.840.113549.1.1.12', 'SHA-512': '1.2.840.113549.1.1.13' },
} as const

const mlDsaOids = {
  'ML-DSA-44': '2.16.840.1.101.3.4.3.17',
  'ML-DSA-65': '2.16.840.1.101.3.4.3.18',
  'ML-DSA-87': '2.16.840.1.101.3.4.3.19',
} as const satisfies Record<MlDsa, Oid>

const naturalHashes = {
  'P-256': 'SHA-256',
  'P-384': 'SHA-384',
  'P-521': 'SHA-512',
  brainpoolP256r1: 'SHA-256',
  brainpoolP384r1: 'SHA-384',
  brainpoolP512r1: 'SHA-512',
} as const

/**
 * DER AlgorithmIdentifier of a signature by this key. The hash defaults to the one that matches the curve (P-256 SHA-256, P-384 SHA-384,
 * P-521 SHA-512) and to SHA-256 for RSA: PKCS #1 v1.5, but for keys that are for RSASSA-PSS alone.
 */
export function defaultSignatureAlgorithm(
  subjectPublicKeyInfo: Uint8Array,
  hash?: Exclude<HashAlgorithm, 'SHA-1'>,
): Uint8Array {
  const key = readPublicKeyInfo(subjectPublicKeyInfo)
  switch (key.algorithm) {
    case 'EC':
      return sequence(encodeOid(signatureOids.ECDSA[hash ?? naturalHashes[key.curve ?? 'P-256']]))
    case 'RSA':
      if (key.pss) return rsassaPss(hash ?? strong(key.pss.hash) ?? 'SHA-256')
      return sequence(encodeOid(signatureOids.RSA[hash ?? 'SHA-256']), nullValue())
    case 'Ed25519':
      return sequence(encodeOid(keyTypes.ed25519))
    default:
      return sequence(encodeOid(mlDsaOids[key.algorithm]))
  }
}

const strong = (hash: HashAlgorithm | null): Exclude<HashAlgorithm, 'SHA-1'> | null => (hash === 'SHA-1' ? null : hash)
