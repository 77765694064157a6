import { cmsOids, decodeOid, derChildren, type HashAlgorithm, readDer, tryReading } from '@cloudsigner/pki'
import { fromBase64 } from './base64.ts'
import { PadesError } from './errors.ts'

/**
 * Everything that embedding needs, as a plain JSON value: it can be kept for days and embedded by another process,
 * and gives the same bytes there. Byte strings are Base64.
 */
export interface SignaturePlan {
  readonly version: 1
  /** Bytes of the file that the segment is appended to. */
  readonly sourceSize: number
  /** The revision to append, with zeros where the signature goes. */
  readonly segment: string
  /** Contents' hexadecimal string within the segment, angle brackets included. */
  readonly contents: { readonly offset: number; readonly length: number }
  /** As it stands in the signature dictionary: absolute in the signed file. */
  readonly byteRange: readonly [number, number, number, number]
  readonly digestAlgorithm: HashAlgorithm
  /** DER AlgorithmIdentifier. */
  readonly signatureAlgorithm: string
  readonly messageDigest: string
  /** DER SET OF. */
  readonly signedAttributes: string
  /** DER Attribute each: what is signed beside digest and certificate; none where left out. */
  readonly otherAttributes?: readonly string[]
  /** DER: the signer's, then its chain. */
  readonly certificates: readonly string[]
  /** Fully qualified name of the field that is signed. */
  readonly fieldName: string
  /** ISO 8601; M of the signature dictionary. */
  readonly signingTime: string
}

/** A plan as its bytes. */
export interface DecodedPlan {
  readonly segment: Uint8Array
  readonly contents: { readonly offset: number; readonly length: number }
  readonly digestAlgorithm: HashAlgorithm
  readonly signatureAlgorithm: Uint8Array
  readonly messageDigest: Uint8Array
  readonly signedAttributes: Uint8Array
  readonly otherAttributes: readonly Uint8Array[]
  readonly certificates: readonly Uint8Array[]
  readonly signerCertificate: Uint8Array
}

/** Checks what came from storage. PadesError 'plan_invalid' names the member that is wrong. */
export function decodePlan(plan: SignaturePlan): DecodedPlan {
  if (plan?.version !== 1) throw new PadesError('plan_invalid', 'the plan has another version than 1')
  const bytes = (member: string, value: unknown): Uint8Array => {
    const decoded = typeof value === 'string' ? fromBase64(value) : null
    if (!decoded) throw new PadesError('plan_invalid', `the plan's ${member} is no Base64`)
    return decoded
  }
  if (!Array.isArray(plan.certificates)) throw new PadesError('plan_invalid', "the plan's certificates are no list")
  const others: unknown = plan.otherAttributes ?? []
  if (!Array.isArray(others)) throw new PadesError('plan_invalid', "the plan's otherAttributes are no list")
  const certificates = plan.certificates.map((certificate) => bytes('certificates', certificate))
  const [signerCertificate] = certificates
  if (!signerCertificate) throw new PadesError('plan_invalid', 'the plan has no certificate')
  if (!['SHA-256', 'SHA-384', 'SHA-512'].includes(plan.digestAlgorithm))
    throw new PadesError('plan_invalid', "the plan's digestAlgorithm is unknown")
  const segment = bytes('segment', plan.segment)
  return {
    segment,
    contents: checkContents(segment, plan.contents),
    digestAlgorithm: plan.digestAlgorithm,
    signatureAlgorithm: bytes('signatureAlgorithm', plan.signatureAlgorithm),
    messageDigest: bytes('messageDigest', plan.messageDigest),
    signedAttributes: bytes('signedAttributes', plan.signedAttributes),
    otherAttributes: others.map((attribute) => checkOther(bytes('otherAttributes', attribute))),
    certificates,
    signerCertificate,
  }
}

/** Nothing that the rest of the CMS says already may stand there a second time. */
const committing: readonly string[] = [cmsOids.signaturePolicyIdentifier, cmsOids.commitmentTypeIndication]

function checkOther(attribute: Uint8Array): Uint8Array {
  const type = tryReading(() => decodeOid(derChildren(readDer(attribute))[0] ?? readDer(attribute)))
  if (typeof type !== 'string' || !committing.includes(type))
    throw new PadesError('plan_invalid', "the plan's otherAttributes are none that may be signed")
  return attribute
}

/** The hole is where the plan says: `<`, zeros, `>`. */
function checkContents(segment: Uint8Array, contents: SignaturePlan['contents']): SignaturePlan['contents'] {
  const { offset, length } = contents ?? { offset: -1, length: -1 }
  const end = offset + length
  const sound =
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    offset >= 0 &&
    length >= 4 &&
    length % 2 === 0 &&
    end <= segment.length
  if (!sound || segment[offset] !== 0x3c || segment[end - 1] !== 0x3e)
    throw new PadesError('plan_invalid', "the plan's contents are not in its segment")
  for (let index = offset + 1; index < end - 1; index++)
    if (segment[index] !== 0x30) throw new PadesError('plan_invalid', "the plan's contents are not empty")
  return { offset, length }
}
