import {
  buildAttribute,
  buildSignedData,
  bytesEqual,
  type CryptoProvider,
  cmsOids,
  parseCertificate,
} from '@cloudsigner/pki'
import { requestTimeStamp, type TimeStampTransport } from '../timestamp/request.ts'
import { PadesError } from './errors.ts'
import { fillContents, fitsContents } from './holes.ts'
import { type DecodedPlan, decodePlan, type SignaturePlan } from './plan.ts'
import { signedAttributesFor } from './signed-attributes.ts'

export interface EmbedOptions {
  readonly crypto: Pick<CryptoProvider, 'digest' | 'verify'>
}

/** For level B-T: a time-stamp over the signature value is asked for, and goes in with it. */
export interface TimeStampedEmbedOptions {
  readonly crypto: CryptoProvider
  /** Of one authority, or of several that are asked one after the other until a token holds. */
  readonly timeStamp: TimeStampTransport | readonly TimeStampTransport[]
}

/**
 * Puts the signature into its revision: the signed file is the original and then the returned segment. The same plan
 * and signature give the same bytes (without a time-stamp). `signature` is what the certificate's key made over the
 * plan's signed attributes (ECDSA: DER); it is verified before an authority is asked.
 * PadesError 'plan_invalid' | 'signature_invalid' | 'signature_too_large' | 'timestamp_…'.
 */
export async function embedSignature(
  plan: SignaturePlan,
  signature: Uint8Array,
  options: EmbedOptions | TimeStampedEmbedOptions,
): Promise<Uint8Array> {
  const { crypto } = options
  const decoded = decodePlan(plan)
  // The attributes are rebuilt, not believed: they have to be about this digest and this certificate.
  const expected = signedAttributesFor(
    decoded.messageDigest,
    decoded.signerCertificate,
    decoded.digestAlgorithm,
    crypto,
    decoded.otherAttributes,
  )
  if (!bytesEqual(expected, decoded.signedAttributes))
    throw new PadesError('plan_invalid', "the plan's signed attributes are not those of its digest and certificate")
  const signer = parseCertificate(decoded.signerCertificate)
  if (
    !(await crypto.verify(decoded.signatureAlgorithm, signer.subjectPublicKeyInfo, signature, decoded.signedAttributes))
  )
    throw new PadesError('signature_invalid')
  const token = 'timeStamp' in options ? await stamp(decoded, signature, options) : null
  const signedData = buildSignedData({
    signedAttributes: decoded.signedAttributes,
    signature,
    signatureAlgorithm: decoded.signatureAlgorithm,
    digestAlgorithm: decoded.digestAlgorithm,
    certificates: decoded.certificates,
    signerCertificate: signer,
    unsignedAttributes: token ? [buildAttribute(cmsOids.signatureTimeStampToken, token)] : [],
  })
  if (!fitsContents(decoded.contents, signedData))
    throw new PadesError(token ? 'timestamp_too_large' : 'signature_too_large')
  return fillContents(decoded.segment, decoded.contents, signedData)
}

/** ETSI EN 319 122-1 §5.3: the imprint is of the SignatureValue's octets. */
function stamp(
  { digestAlgorithm: hashAlgorithm }: DecodedPlan,
  signature: Uint8Array,
  { crypto, timeStamp: transport }: TimeStampedEmbedOptions,
): Promise<Uint8Array> {
  return requestTimeStamp(signature, { transport, crypto, hashAlgorithm })
}
