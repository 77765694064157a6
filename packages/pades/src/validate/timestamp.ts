/** A time-stamp token (RFC 3161, RFC 5816; ETSI EN 319 102-1 §5.4) against what it stamps. */
import {
  bytesEqual,
  type Certificate,
  type CryptoProvider,
  cmsOids,
  findExtension,
  type HashAlgorithm,
  PkiError,
  parseTimeStampToken,
  type SignedData,
  type TstInfo,
  tryReading,
} from '@cloudsigner/pki'
import { indicationOf, type ReportWarning, type SubIndication, type TimestampReport, warning } from './report.ts'
import { findWeakness } from './signer-algorithm.ts'
import { judgeSigner, type SignerVerdict } from './signer-verdict.ts'
import { judgeTrust, type TrustContext } from './trust.ts'

export interface TokenIntegrity {
  readonly type: TimestampReport['type']
  readonly tstInfo: TstInfo | null
  readonly signedData: SignedData | null
  readonly signer: SignerVerdict | null
  readonly intact: boolean | null
  /** Of the token by itself; null where only trust is left to judge. */
  readonly subIndication: SubIndication | null
  readonly detail: string | null
}

/** `digest` gives the digest of what the token has to be about. */
export async function judgeToken(
  type: TimestampReport['type'],
  tokenDer: Uint8Array,
  digest: (algorithm: HashAlgorithm) => Promise<Uint8Array>,
  crypto: CryptoProvider,
): Promise<TokenIntegrity> {
  const token = tryReading(() => parseTimeStampToken(tokenDer))
  if (token instanceof PkiError) {
    const unsupported = token.code === 'algorithm_unsupported'
    return {
      type,
      tstInfo: null,
      signedData: null,
      signer: null,
      intact: unsupported ? null : false,
      subIndication: unsupported ? 'CRYPTO_CONSTRAINTS_FAILURE' : 'FORMAT_FAILURE',
      detail: token.message,
    }
  }
  const { signedData, tstInfo } = token
  const content = signedData.content ?? new Uint8Array()
  const signer = await judgeSigner(
    signedData,
    {
      contentType: cmsOids.tstInfo,
      digest: async (algorithm) => crypto.digest(algorithm, content),
      bytes: async () => content,
    },
    crypto,
  )
  const { hashAlgorithm, hashedMessage } = tstInfo.messageImprint
  const imprintMatches = bytesEqual(await digest(hashAlgorithm), hashedMessage)
  return { type, tstInfo, signedData, signer, ...judgeIntegrity(signer, imprintMatches, hashAlgorithm) }
}

function judgeIntegrity(signer: SignerVerdict, imprintMatches: boolean, imprintHash: HashAlgorithm) {
  const verdict = (intact: boolean | null, subIndication: SubIndication | null, detail: string | null) => ({
    intact,
    subIndication,
    detail,
  })
  if (signer.formatProblem !== null) return verdict(false, 'FORMAT_FAILURE', signer.formatProblem)
  if (!imprintMatches) return verdict(false, 'HASH_FAILURE', 'the imprint is of other data')
  if (signer.digestMatches === false) return verdict(false, 'HASH_FAILURE', 'the token does not digest its own TSTInfo')
  if (signer.signatureVerifies === false) return verdict(false, 'SIG_CRYPTO_FAILURE', 'the signature does not verify')
  if (signer.unsupported !== null) return verdict(null, 'CRYPTO_CONSTRAINTS_FAILURE', signer.unsupported)
  if (signer.certificate === null)
    return verdict(null, 'NO_SIGNING_CERTIFICATE_FOUND', 'the certificate is not in the token')
  // RFC 3161 §2.4.2: "the certificate identifier (ESSCertID) of the TSA certificate MUST be included".
  if (signer.signingCertificate !== 'match') {
    return verdict(true, 'NO_SIGNING_CERTIFICATE_FOUND', 'signing-certificate does not name the certificate')
  }
  const weakness =
    imprintHash === 'SHA-1'
      ? 'SHA-1'
      : findWeakness(
          signer.hash,
          signer.signer?.signatureAlgorithm ?? new Uint8Array(),
          signer.certificate.subjectPublicKeyInfo,
        )
  return weakness === null ? verdict(true, null, null) : verdict(true, 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE', weakness)
}

export interface TokenVerdict {
  readonly report: TimestampReport
  /** genTime where the token proves it: intact and by a trusted authority. */
  readonly provenTime: Date | null
  readonly warnings: readonly ReportWarning[]
}

const OID_TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
/** By which the clocks of two authorities, or ours, may differ. */
const CLOCK_SKEW_MS = 5 * 60_000

/** `at`: the moment at which the authority's certificate has to stand, now or as of a later proven time. */
export async function judgeTokenTrust(token: TokenIntegrity, at: Date, context: TrustContext): Promise<TokenVerdict> {
  const genTime = token.tstInfo?.genTime ?? null
  const certificate = token.signer?.certificate ?? null
  const conclude = (subIndication: SubIndication | null, warnings: readonly ReportWarning[]): TokenVerdict => ({
    report: {
      type: token.type,
      time: genTime?.toISOString() ?? null,
      intact: token.intact,
      indication: subIndication === null ? 'TOTAL_PASSED' : indicationOf[subIndication],
      subIndication,
      authority: certificate?.subject.rfc4514 ?? null,
    },
    provenTime: subIndication === null ? genTime : null,
    warnings,
  })
  if (token.subIndication !== null || certificate === null) {
    return conclude(token.subIndication, [warning('timestamp_invalid', token.detail ?? undefined)])
  }
  if (!isTimeStampingOnly(certificate)) {
    return conclude('CHAIN_CONSTRAINTS_FAILURE', [
      warning('timestamp_untrusted', 'extKeyUsage is not critical timeStamping alone'),
    ])
  }
  if (genTime !== null && genTime.getTime() > at.getTime() + CLOCK_SKEW_MS) {
    return conclude('SIG_CONSTRAINTS_FAILURE', [warning('timestamp_invalid', 'its time lies in the future')])
  }
  const trust = await judgeTrust(certificate, at, context, OID_TIME_STAMPING)
  if (trust.subIndication === null) return conclude(null, trust.warnings)
  const detail = trust.warnings.map(({ message }) => message).join('; ')
  return conclude(trust.subIndication, [warning('timestamp_untrusted', detail)])
}

/** RFC 3161 §2.3: the extension "MUST be critical" and names this one purpose. */
export function isTimeStampingOnly({ extensions }: Certificate): boolean {
  const purposes = extensions.extKeyUsage ?? []
  const critical = findExtension(extensions.all, '2.5.29.37')?.critical === true
  return critical && purposes.length === 1 && purposes[0] === OID_TIME_STAMPING
}
