/** What a complete CRL says about a certificate (RFC 5280 §6.3.3). Delta, indirect and reason-partial CRLs are refused. */

import type { Oid } from '../algorithms.ts'
import type { Certificate } from '../certificate/certificate.ts'
import { extensionOids, findExtension } from '../certificate/extension.ts'
import { type CertificateRevocationList, parseCrl, verifyCrlSignature } from '../crl/crl.ts'
import type { CryptoProvider } from '../crypto-provider.ts'
import { PkiError } from '../errors.ts'
import { namesEqual } from '../names/name.ts'
import { tryReading } from '../try-reading.ts'
import { readIssuingDistributionPoint } from './issuing-distribution-point.ts'
import { type RevocationStatus, unknownStatus } from './revocation-status.ts'

export interface RevocationQuestion {
  readonly certificate: Certificate
  /** Of the certificate, by its validated path. */
  readonly issuer: Certificate
  /** The data must be of this moment, or of one after it. */
  readonly at: Date
  readonly crypto: CryptoProvider
  /** The moment of the validation itself, where `at` lies before it: data from after it cannot be. */
  readonly validationTime?: Date
  /** Milliseconds by which clocks of others may differ; five minutes where not said. */
  readonly clockSkewMs?: number
}

export const DEFAULT_CLOCK_SKEW_MS = 5 * 60_000

const processedCriticalExtensions: readonly Oid[] = [
  extensionOids.issuingDistributionPoint,
  extensionOids.authorityKeyIdentifier,
]

/** `source`: DER, or a list that was read already. */
export async function readCrlStatus(
  source: Uint8Array | CertificateRevocationList,
  question: RevocationQuestion,
): Promise<RevocationStatus> {
  const crl = source instanceof Uint8Array ? tryReading(() => parseCrl(source)) : source
  if (crl instanceof PkiError) return unknownStatus('malformed', crl.message)
  const { certificate, issuer, crypto } = question
  const obstacle = findScopeObstacle(crl, question) ?? findTimeObstacle(crl.thisUpdate, crl.nextUpdate, question)
  if (obstacle !== null) return obstacle
  // §6.3.3 (f), §4.2.1.3.
  const { keyUsage } = issuer.extensions
  if (keyUsage !== null && !keyUsage.includes('cRLSign')) {
    return unknownStatus('not_authorised', 'the keyUsage of the issuer lacks cRLSign')
  }
  // §6.3.3 (g).
  if (!(await verifyCrlSignature(crl, issuer.subjectPublicKeyInfo, crypto))) {
    return unknownStatus('signature_invalid', 'the signature of the CRL does not verify')
  }
  const entry = crl.entries.get(certificate.serialNumber)
  if (entry === undefined || entry.reason === 'removeFromCRL') {
    const late = findLateObstacle(crl.thisUpdate, certificate)
    if (late !== null) return late
    return { status: 'good', source: 'crl', thisUpdate: crl.thisUpdate }
  }
  return { status: 'revoked', source: 'crl', revocationTime: entry.revocationDate, reason: entry.reason }
}

/** §6.3.3 (b), and the rules of §5.2 about what a CRL must say of itself. */
function findScopeObstacle(crl: CertificateRevocationList, question: RevocationQuestion): RevocationStatus | null {
  const { certificate } = question
  if (!namesEqual(crl.issuer, certificate.issuer)) return unknownStatus('not_applicable', 'a CRL of another issuer')
  if (crl.deltaCrlIndicator !== null) return unknownStatus('unsupported', 'a delta CRL')
  const unknown = crl.extensions.find(({ oid, critical }) => critical && !processedCriticalExtensions.includes(oid))
  if (unknown !== undefined) return unknownStatus('unsupported', `critical CRL extension ${unknown.oid}`)
  // §5.3: then "the application MUST NOT use that CRL to determine the status of any certificates".
  if (crl.hasUnknownCriticalEntryExtension) return unknownStatus('unsupported', 'a critical extension of an entry')
  // §5.2.3: "CRL issuers conforming to this profile MUST include this extension in all CRLs".
  if (findExtension(crl.extensions, extensionOids.cRLNumber) === null)
    return unknownStatus('malformed', 'a CRL without cRLNumber')
  const idp = findExtension(crl.extensions, extensionOids.issuingDistributionPoint)
  return idp === null ? null : findPartitionObstacle(idp.value, certificate)
}

function findPartitionObstacle(value: Uint8Array, certificate: Certificate): RevocationStatus | null {
  const scope = tryReading(() => readIssuingDistributionPoint(value))
  if (scope instanceof PkiError) return unknownStatus('malformed', scope.message)
  if (scope.indirectCRL) return unknownStatus('unsupported', 'an indirect CRL')
  if (scope.onlySomeReasons) return unknownStatus('unsupported', 'a CRL of some reasons only')
  const isCa = certificate.extensions.basicConstraints?.ca === true
  if (scope.onlyContainsAttributeCerts || (isCa ? scope.onlyContainsUserCerts : scope.onlyContainsCACerts)) {
    return unknownStatus('not_applicable', 'a CRL for certificates of another kind')
  }
  // §6.3.3 (b)(2)(i): one of the names in the IDP is one of those in the certificate's distribution points.
  const { distributionPointUrls } = scope
  if (
    distributionPointUrls !== null &&
    !distributionPointUrls.some((url) => certificate.extensions.crlUrls.includes(url))
  ) {
    return unknownStatus('not_applicable', 'a CRL of another distribution point')
  }
  return null
}

/**
 * Data that end before the moment asked about say nothing of it. Those without an end must be of about that moment:
 * without a nextUpdate, "newer revocation information is available all the time" (RFC 6960 §4.2.2.1).
 */
export function findTimeObstacle(
  thisUpdate: Date,
  nextUpdate: Date | null,
  { at, validationTime = at, clockSkewMs = DEFAULT_CLOCK_SKEW_MS }: RevocationQuestion,
): RevocationStatus | null {
  if (thisUpdate.getTime() > validationTime.getTime() + clockSkewMs) {
    return unknownStatus('not_fresh', `its time begins at ${thisUpdate.toISOString()}`)
  }
  const until = (nextUpdate ?? thisUpdate).getTime() + clockSkewMs
  if (at.getTime() > until) return unknownStatus('not_fresh', `its time ended at ${new Date(until).toISOString()}`)
  return null
}

/**
 * An issuer may forget a certificate once it has expired (§3.3, RFC 6960 §4.4.4), so that what it says later in its
 * favour says nothing.
 */
export function findLateObstacle(thisUpdate: Date, { notAfter }: Certificate): RevocationStatus | null {
  return thisUpdate > notAfter ? unknownStatus('not_applicable', 'from after the end of the certificate') : null
}
