import { buildSignedData, bytesEqual, type CryptoProvider, parseCertificate } from '@cloudsigner/pki'
import { PadesError } from './errors.ts'
import { type DecodedPlan, decodePlan, type SignaturePlan } from './plan.ts'
import { signedAttributesFor } from './signed-attributes.ts'

export interface EmbedOptions {
  readonly crypto: Pick<CryptoProvider, 'digest' | 'verify'>
}

/**
 * Puts the signature into its revision: the signed file is the original and then the returned segment. The same plan
 * and signature give the same bytes. `signature` is what the certificate's key made over the plan's signed attributes
 * (ECDSA: DER). PadesError 'plan_invalid' | 'signature_invalid' | 'signature_too_large'.
 */
export async function embedSignature(
  plan: SignaturePlan,
  signature: Uint8Array,
  { crypto }: EmbedOptions,
): Promise<Uint8Array> {
  const decoded = decodePlan(plan)
  // The attributes are rebuilt, not believed: they have to be about this digest and this certificate.
  const expected = signedAttributesFor(
    decoded.messageDigest,
    decoded.signerCertificate,
    decoded.digestAlgorithm,
    crypto,
  )
  if (!bytesEqual(expected, decoded.signedAttributes))
    throw new PadesError('plan_invalid', "the plan's signed attributes are not those of its digest and certificate")
  const { subjectPublicKeyInfo } = parseCertificate(decoded.signerCertificate)
  if (!(await crypto.verify(decoded.signatureAlgorithm, subjectPublicKeyInfo, signature, decoded.signedAttributes)))
    throw new PadesError('signature_invalid')
  const signedData = buildSignedData({
    signedAttributes: decoded.signedAttributes,
    signature,
    signatureAlgorithm: decoded.signatureAlgorithm,
    digestAlgorithm: decoded.digestAlgorithm,
    certificates: decoded.certificates,
  })
  return fillContents(decoded, signedData)
}

const hexDigits = new TextEncoder().encode('0123456789abcdef')

/** Hexadecimal digits over the zeros; those that stay are what ISO 32000-2 12.8.1 has readers skip. */
function fillContents({ segment, contents }: DecodedPlan, signedData: Uint8Array): Uint8Array {
  if (signedData.length * 2 > contents.length - 2) throw new PadesError('signature_too_large')
  let position = contents.offset + 1
  for (const byte of signedData) {
    segment[position++] = hexDigits[byte >> 4] ?? 0
    segment[position++] = hexDigits[byte & 15] ?? 0
  }
  return segment
}
