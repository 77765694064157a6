/** One SignerInfo against the content it signs (RFC 5652 §5.4, §5.6; ETSI EN 319 122-1 §5.2.2 for signing-certificate). */
import {
  bytesEqual,
  type Certificate,
  type CmsAttribute,
  type CryptoProvider,
  cmsOids,
  decodeOid,
  derChildren,
  encodeDer,
  type HashAlgorithm,
  namesEqual,
  PkiError,
  parseCertificate,
  readDer,
  readSigningCertificate,
  type SignedData,
  type SignerInfo,
  tryReading,
} from '@cloudsigner/pki'
import { readSignerAlgorithms } from './signer-algorithm.ts'

export interface SignerVerdict {
  /** Why this is not the CMS that it should be; null where it is. */
  readonly formatProblem: string | null
  /** Why the algorithms cannot be judged; null where they can. */
  readonly unsupported: string | null
  /** messageDigest is the digest of the content. null: not judged. */
  readonly digestMatches: boolean | null
  /** The signature verifies with the certificate's key. null: not judged. */
  readonly signatureVerifies: boolean | null
  /** The certificate that the SignerInfo names; null where it is not in the message. */
  readonly certificate: Certificate | null
  /** What the signing-certificate attribute says of that certificate. */
  readonly signingCertificate: 'match' | 'mismatch' | 'absent'
  readonly hash: HashAlgorithm | null
  readonly signer: SignerInfo | null
}

export interface SignedContent {
  /** eContentType that must be there. */
  readonly contentType: string
  digest(algorithm: HashAlgorithm): Promise<Uint8Array>
  /** The content itself, for a signature without signed attributes; null where it is too large to hold. */
  bytes(): Promise<Uint8Array | null>
}

const UNJUDGED: SignerVerdict = {
  formatProblem: null,
  unsupported: null,
  digestMatches: null,
  signatureVerifies: null,
  certificate: null,
  signingCertificate: 'absent',
  hash: null,
  signer: null,
}
/** Certificates looked at in one message. */
const MAX_CERTIFICATES = 128

export async function judgeSigner(
  signedData: SignedData,
  content: SignedContent,
  crypto: CryptoProvider,
): Promise<SignerVerdict> {
  const [signer, ...others] = signedData.signerInfos
  // ETSI EN 319 142-1 §4.1, RFC 3161 §2.4.2: exactly one signer.
  if (signer === undefined || others.length > 0) {
    return { ...UNJUDGED, formatProblem: `${signedData.signerInfos.length} signers, where one is allowed` }
  }
  if (signedData.contentType !== content.contentType) {
    return { ...UNJUDGED, signer, formatProblem: `content type ${signedData.contentType}` }
  }
  const certificate = findSignerCertificate(signedData, signer)
  const known = { ...UNJUDGED, signer, certificate }
  const formatProblem = findVersionProblem(signedData, signer) ?? findAttributeProblem(signer, content.contentType)
  if (formatProblem !== null) return { ...known, formatProblem }
  const signingCertificate = judgeSigningCertificate(signer, certificate, crypto)
  if (signingCertificate instanceof PkiError) {
    return signingCertificate.code === 'algorithm_unsupported'
      ? { ...known, unsupported: signingCertificate.message }
      : { ...known, formatProblem: signingCertificate.message }
  }
  const algorithms = readSignerAlgorithms(signer)
  if (typeof algorithms === 'string') return { ...known, signingCertificate, unsupported: algorithms }
  const digest = await content.digest(algorithms.hash)
  const signed = signer.signedAttributes === null ? await content.bytes() : toDerSet(signer.signedAttributes)
  const messageDigest = readMessageDigest(signer)
  return {
    ...known,
    signingCertificate,
    hash: algorithms.hash,
    digestMatches: messageDigest === null ? null : bytesEqual(messageDigest, digest),
    signatureVerifies:
      certificate === null || signed === null
        ? null
        : await crypto.verify(
            algorithms.signatureAlgorithm,
            certificate.subjectPublicKeyInfo,
            signer.signature,
            signed,
          ),
  }
}

const TAG_SEQUENCE = 0x30
const TAG_SET = 0x31

/**
 * RFC 5652 §5.4: what is signed is the DER of the attributes, "even if [they] are not DER encoded" in the message; DER
 * sorts a SET OF (X.690 §11.6). A signer that signed another order signed something else.
 */
function toDerSet(attributes: Uint8Array): Uint8Array {
  const members = derChildren(readDer(attributes)).map(({ bytes }) => bytes)
  return encodeDer(TAG_SET, ...members.toSorted(compareOctets))
}

function compareOctets(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((octet, index) => octet !== b[index])
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1)
}

/** The certificates of a message that can be read, in its order. */
export function readCertificates(ders: readonly Uint8Array[]): readonly Certificate[] {
  return ders
    .slice(0, MAX_CERTIFICATES)
    .map((der) => tryReading(() => parseCertificate(der)))
    .filter((certificate): certificate is Certificate => !(certificate instanceof PkiError))
}

function findSignerCertificate(signedData: SignedData, { sid }: SignerInfo): Certificate | null {
  const named = readCertificates(signedData.certificates).find((certificate) =>
    'subjectKeyIdentifier' in sid
      ? certificate.extensions.subjectKeyIdentifier !== null &&
        bytesEqual(certificate.extensions.subjectKeyIdentifier, sid.subjectKeyIdentifier)
      : certificate.serialNumber === sid.serialNumber && namesEqual(certificate.issuer, sid.issuer),
  )
  return named ?? null
}

/**
 * What no signature covers has to agree with the rest (RFC 5652 §5.1, §5.3): the versions, and digestAlgorithms, from
 * which a verifier "MAY fail to validate signatures that use a digest algorithm not included in this set".
 */
function findVersionProblem({ version, contentType, digestAlgorithms }: SignedData, signer: SignerInfo): string | null {
  // Version 3 goes with a key identifier; some signers leave it at 1 there, and none is wrong the other way round.
  const allowed = 'subjectKeyIdentifier' in signer.sid ? [1, 3] : [1]
  if (!allowed.includes(signer.version)) return `SignerInfo version ${signer.version}`
  // 4 and 5 stand for certificates and revocation data of other kinds, which are passed over.
  const least = contentType === cmsOids.data ? 1 : 3
  if (version < least || version > 5 || version === 2) return `SignedData version ${version}`
  const oids = digestAlgorithms.map(algorithmOid)
  return oids.includes(algorithmOid(signer.digestAlgorithm)) ? null : 'digestAlgorithms lacks that of the signer'
}

function algorithmOid(algorithmIdentifier: Uint8Array): string {
  const oid = tryReading(() => {
    const element = readDer(algorithmIdentifier)
    const [first] = element.tag === TAG_SEQUENCE ? derChildren(element) : []
    return first === undefined ? '' : decodeOid(first)
  })
  return oid instanceof PkiError ? '' : oid
}

/** RFC 5652 §5.3, §11.1, §11.2: content-type and message-digest stand once, with one value each. */
function findAttributeProblem(signer: SignerInfo, contentType: string): string | null {
  if (signer.signedAttributes === null) {
    // §5.3: signedAttrs "MUST be present if the content type … is not id-data".
    return contentType === cmsOids.data ? null : 'no signed attributes'
  }
  for (const type of [cmsOids.contentType, cmsOids.messageDigest]) {
    if (valuesOf(signer.attributes, type).length !== 1) return `attribute ${type} does not stand once`
  }
  const [value] = valuesOf(signer.attributes, cmsOids.contentType)
  const said = value === undefined ? '' : tryReading(() => decodeOid(readDer(value)))
  return said === contentType ? null : 'the content-type attribute differs from the content type'
}

function readMessageDigest(signer: SignerInfo): Uint8Array | null {
  const [value] = valuesOf(signer.attributes, cmsOids.messageDigest)
  if (value === undefined) return null
  const element = tryReading(() => readDer(value))
  return element instanceof PkiError ? null : element.content
}

function valuesOf(attributes: readonly CmsAttribute[], type: string): readonly Uint8Array[] {
  return attributes.filter((attribute) => attribute.type === type).flatMap((attribute) => attribute.values)
}

/** The first reference is the signer's (RFC 5035 §5.4); the hash decides, issuer and serial number must not contradict. */
function judgeSigningCertificate(
  signer: SignerInfo,
  certificate: Certificate | null,
  crypto: CryptoProvider,
): SignerVerdict['signingCertificate'] | PkiError {
  const references = tryReading(() => readSigningCertificate(signer))
  if (references instanceof PkiError) return references
  if (references === null) return 'absent'
  const [reference] = references
  if (reference === undefined || certificate === null) return 'mismatch'
  if (!bytesEqual(crypto.digest(reference.hashAlgorithm, certificate.der), reference.certHash)) return 'mismatch'
  const { issuerSerial } = reference
  if (issuerSerial === null) return 'match'
  const same =
    issuerSerial.serialNumber === certificate.serialNumber && namesEqual(issuerSerial.issuer, certificate.issuer)
  return same ? 'match' : 'mismatch'
}
