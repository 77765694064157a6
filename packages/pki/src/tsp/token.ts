import { readSignatureAlgorithm } from '../algorithms.ts'
import { buildSignedAttributes, buildSignedData } from '../cms/build.ts'
import { cmsOids } from '../cms/oids.ts'
import { parseSignedData, type SignedData } from '../cms/signed-data.ts'
import type { CryptoProvider, KeySigner } from '../crypto-provider.ts'
import { PkiError } from '../errors.ts'
import { buildTstInfo, parseTstInfo, type TstInfo } from './tst-info.ts'

export interface TimeStampTokenOptions {
  /** DER. */
  readonly tsaCertificate: Uint8Array
  /** Sent along; empty where certReq was false (RFC 3161 §2.4.1). */
  readonly certificates: readonly Uint8Array[]
  readonly crypto: Pick<CryptoProvider, 'digest'>
}

/** Signs a TSTInfo: DER ContentInfo with one SignerInfo and ESSCertIDv2 (RFC 3161 §2.4.2, RFC 5816). */
export async function issueTimeStampToken(
  info: TstInfo,
  options: TimeStampTokenOptions,
  tsa: KeySigner,
): Promise<Uint8Array> {
  const { tsaCertificate, certificates, crypto } = options
  const content = buildTstInfo(info)
  const digestAlgorithm = readSignatureAlgorithm(tsa.signatureAlgorithm).hash ?? 'SHA-512'
  const signedAttributes = buildSignedAttributes({
    contentType: cmsOids.tstInfo,
    messageDigest: crypto.digest(digestAlgorithm, content),
    signingCertificate: tsaCertificate,
    signingTime: info.genTime,
    crypto,
  })
  return buildSignedData({
    signedAttributes,
    signature: await tsa.sign(signedAttributes),
    signatureAlgorithm: tsa.signatureAlgorithm,
    digestAlgorithm,
    signerCertificate: tsaCertificate,
    certificates,
    encapsulatedContent: { contentType: cmsOids.tstInfo, content },
  })
}

/** The token's CMS and its TSTInfo; nothing verified. PkiError 'cms_malformed' or 'tsp_malformed'. */
export function parseTimeStampToken(contentInfo: Uint8Array): {
  readonly signedData: SignedData
  readonly tstInfo: TstInfo
} {
  const signedData = parseSignedData(contentInfo)
  if (signedData.contentType !== cmsOids.tstInfo || signedData.content === null) {
    throw new PkiError('tsp_malformed', 'the token holds no TSTInfo')
  }
  return { signedData, tstInfo: parseTstInfo(signedData.content) }
}
