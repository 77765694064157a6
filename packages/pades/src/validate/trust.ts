/**
 * Whether a certificate leads to a trust anchor and stood unrevoked at a moment (ETSI EN 319 102-1 §5.2.6, and §5.6.2.1
 * where the moment is one that a time-stamp proves).
 */
import {
  type Certificate,
  type CryptoProvider,
  evaluateRevocation,
  type PathFailureReason,
  type RevocationData,
  type RevocationFetcher,
  type RevocationStatus,
  type RevocationUnknownReason,
  validatePath,
} from '@cloudsigner/pki'
import { type ReportWarning, type SubIndication, warning } from './report.ts'
import { findWeakness } from './signer-algorithm.ts'

/**
 * require: a certificate below the anchor whose revocation is not known leaves the signature INDETERMINATE.
 * soft: that is a warning. off: revocation is not looked at, which is a warning too.
 */
export type RevocationMode = 'require' | 'soft' | 'off'

export interface TrustContext {
  /** DER. */
  readonly trustAnchors: readonly Uint8Array[]
  /** DER, from the signature, the document and the caller. */
  readonly certificates: readonly Uint8Array[]
  readonly revocationData: RevocationData
  readonly revocation: RevocationMode
  readonly fetcher: RevocationFetcher | null
  /** The moment of the validation. */
  readonly validationTime: Date
  readonly crypto: CryptoProvider
}

export interface TrustVerdict {
  /** null: trusted. */
  readonly subIndication: SubIndication | null
  readonly warnings: readonly ReportWarning[]
}

const ofPath: Readonly<Record<PathFailureReason, SubIndication>> = {
  certificate_malformed: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  no_path: 'NO_CERTIFICATE_CHAIN_FOUND',
  limit_exceeded: 'NO_CERTIFICATE_CHAIN_FOUND',
  signature_invalid: 'NO_CERTIFICATE_CHAIN_FOUND',
  not_yet_valid: 'OUT_OF_BOUNDS_NO_POE',
  expired: 'OUT_OF_BOUNDS_NO_POE',
  unknown_critical_extension: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  not_a_ca: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  key_usage: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  path_length_exceeded: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  name_constraint_violated: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  name_constraint_unsupported: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  policy_required: 'CHAIN_CONSTRAINTS_FAILURE',
  extended_key_usage: 'CHAIN_CONSTRAINTS_FAILURE',
  profile_violation: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
}

/** TRY_LATER where other data may come; table 6: "it may be possible to do so using additional revocation information". */
const ofUnknown: Readonly<Record<RevocationUnknownReason, SubIndication>> = {
  no_data: 'TRY_LATER',
  fetch_failed: 'TRY_LATER',
  not_fresh: 'TRY_LATER',
  responder_unknown: 'TRY_LATER',
  not_applicable: 'TRY_LATER',
  malformed: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  signature_invalid: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  not_authorised: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
  unsupported: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
}

/** `at`: the moment at which the certificate must have been good. `extKeyUsage`: a purpose it must have. */
export async function judgeTrust(
  certificate: Certificate,
  at: Date,
  context: TrustContext,
  extKeyUsage?: string,
): Promise<TrustVerdict> {
  const result = await validatePath(certificate.der, {
    trustAnchors: context.trustAnchors,
    intermediates: context.certificates,
    at,
    crypto: context.crypto,
    // qcStatements (RFC 3739 §3.2.6) informs; whether a signature is qualified is not judged here.
    recognisedExtensions: [OID_QC_STATEMENTS],
    ...(extKeyUsage === undefined ? {} : { extKeyUsage }),
  })
  if (!result.valid) {
    const where = result.certificate === null ? '' : ` (${result.certificate.subject.rfc4514})`
    return failed(ofPath[result.reason], `${result.detail}${where}`)
  }
  const told = result.deviations.map(({ subject, demand, clause }) =>
    warning('certificate_profile', `${subject}: ${demand} (RFC 5280 §${clause})`),
  )
  const weak = findWeakLink(result.path)
  if (weak !== null) return failed('CRYPTO_CONSTRAINTS_FAILURE_NO_POE', weak, told)
  const { subIndication, warnings } = await judgeRevocation(result.path, at, context)
  return { subIndication, warnings: [...told, ...warnings] }
}

const OID_QC_STATEMENTS = '1.3.6.1.5.5.7.1.3'

/** The anchor's own signature proves nothing and so need not be strong; its key does. */
function findWeakLink(path: readonly Certificate[]): string | null {
  for (const [index, certificate] of path.entries()) {
    const issuer = path[index + 1]
    if (issuer === undefined) continue
    const weakness = findWeakness(null, certificate.signatureAlgorithm, issuer.subjectPublicKeyInfo)
    if (weakness !== null) return `${weakness} under ${certificate.subject.rfc4514}`
  }
  return null
}

/** From the anchor downwards: a revoked authority makes what is below it meaningless. */
async function judgeRevocation(path: readonly Certificate[], at: Date, context: TrustContext): Promise<TrustVerdict> {
  if (context.revocation === 'off') return { subIndication: null, warnings: [warning('revocation_off')] }
  const warnings: ReportWarning[] = []
  for (let index = path.length - 2; index >= 0; index--) {
    const [certificate, issuer] = [path[index], path[index + 1]]
    if (certificate === undefined || issuer === undefined) continue
    const status = await evaluateRevocation({
      certificate,
      issuer,
      at,
      validationTime: context.validationTime,
      data: context.revocationData,
      fetcher: context.fetcher,
      crypto: context.crypto,
    })
    const verdict = judgeStatus(status, certificate, index === 0, at, context)
    warnings.push(...verdict.warnings)
    if (verdict.subIndication !== null) return { subIndication: verdict.subIndication, warnings }
  }
  return { subIndication: null, warnings }
}

function judgeStatus(
  status: RevocationStatus,
  certificate: Certificate,
  isSigner: boolean,
  at: Date,
  context: TrustContext,
): TrustVerdict {
  const subject = certificate.subject.rfc4514
  switch (status.status) {
    case 'good':
      return { subIndication: null, warnings: [] }
    case 'revoked': {
      // §5.5.4: revoked after a moment at which the signature is proven to have been there does no harm.
      if (status.revocationTime > at) return { subIndication: null, warnings: [] }
      const reason = status.reason === null ? '' : `, ${status.reason}`
      const detail = `${subject} is revoked since ${status.revocationTime.toISOString()}${reason}`
      // REVOKED without "NO_POE" would need a proof that the signature was made later, not that it was there later.
      return failed(isSigner ? 'REVOKED_NO_POE' : 'REVOKED_CA_NO_POE', detail)
    }
    case 'unknown': {
      const told = warning('revocation_unknown', `${subject}: ${status.detail}`)
      return { subIndication: context.revocation === 'require' ? ofUnknown[status.why] : null, warnings: [told] }
    }
  }
}

function failed(subIndication: SubIndication, detail: string, told: readonly ReportWarning[] = []): TrustVerdict {
  return { subIndication, warnings: [...told, warning('chain', detail)] }
}

/** One and the same CRL is fetched once in a validation. An OCSP request carries a nonce and is new each time. */
export function rememberCrls(fetcher: RevocationFetcher): RevocationFetcher {
  const crls = new Map<string, Promise<Uint8Array>>()
  return {
    fetchCrl(url) {
      const crl = crls.get(url) ?? fetcher.fetchCrl(url)
      crls.set(url, crl)
      return crl
    },
    fetchOcsp: (url, request) => fetcher.fetchOcsp(url, request),
  }
}
