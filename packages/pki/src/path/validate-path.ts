/** Certification path building and validation (RFC 5280 §6, building as RFC 4158). */

import { bytesEqual } from '../bytes.ts'
import type { CryptoProvider } from '../crypto-provider.ts'
import { PkiError } from '../errors.ts'
import { tryReading } from '../try-reading.ts'
import { judgePath, type PathRules } from './judge-path.ts'
import { type PathCertificate, readPathCertificate } from './path-certificate.ts'
import type { PathFailure, PathResult } from './path-result.ts'
import { findProfileDeviations } from './profile.ts'
import { defaultBounds, type Finding, searchPaths } from './search.ts'

export interface PathOptions extends PathRules {
  /** DER certificates. Their own validity, constraints and key usage are held to (RFC 5937). */
  readonly trustAnchors: readonly Uint8Array[]
  /** DER certificates that may help; any order, any number, trusted for nothing. */
  readonly intermediates: readonly Uint8Array[]
  /** Intermediates that are not self-issued; 10 where not said. */
  readonly maxIntermediates?: number
  readonly crypto: CryptoProvider
}

/** More certificates than this of one kind are not looked at: no signer needs them, and each costs a parse. */
const MAX_CANDIDATES = 512

/**
 * Looks for a path from `certificate` (DER) to one of the anchors on which all rules hold. Never throws for what the
 * certificates are: a candidate that cannot be read is passed over, as if it were not there.
 */
export async function validatePath(certificate: Uint8Array, options: PathOptions): Promise<PathResult> {
  const leaf = tryReading(() => readPathCertificate(certificate))
  if (leaf instanceof PkiError) return malformedResult(leaf)
  const anchors = readAll(options.trustAnchors)
  const intermediates = readAll(options.intermediates).filter(
    (view) => !anchors.some((anchor) => sameDer(view, anchor)),
  )
  const bounds = { ...defaultBounds, maxIntermediates: options.maxIntermediates ?? defaultBounds.maxIntermediates }

  let furthest: { readonly failure: PathFailure; readonly finding: Finding } | null = null
  for await (const finding of searchPaths(leaf, { anchors, intermediates }, options.crypto, bounds)) {
    const failure = finding.kind === 'complete' ? judgePath(finding.path, options) : failureOf(finding)
    if (failure === null) return validResult(finding.path)
    if (furthest === null || rank(finding) > rank(furthest.finding)) furthest = { failure, finding }
  }
  const finding: Finding = furthest?.finding ?? { kind: 'dead_end', path: [leaf], forged: false }
  const failure = furthest?.failure ?? failureOf(finding)
  return { valid: false, path: finding.path.map((view) => view.certificate), ...failure }
}

function validResult(path: readonly PathCertificate[]): PathResult {
  return {
    valid: true,
    path: path.map(({ certificate }) => certificate),
    deviations: findProfileDeviations(path),
  }
}

function malformedResult(error: PkiError): PathResult {
  return { valid: false, reason: 'certificate_malformed', detail: error.message, certificate: null, path: [] }
}

/** A complete path says more than one that ends nowhere, and a longer one more than a shorter. */
function rank(finding: Finding): number {
  return (finding.kind === 'complete' ? 1000 : 0) + finding.path.length
}

function failureOf({ kind, path, ...rest }: Finding): PathFailure {
  const tip = path.at(-1)?.certificate ?? null
  const issuer = tip?.issuer.rfc4514 ?? 'the issuer'
  if (kind === 'exhausted') return { reason: 'limit_exceeded', detail: 'too many candidate paths', certificate: tip }
  if (kind === 'too_long') return { reason: 'limit_exceeded', detail: 'too many intermediates', certificate: tip }
  if ('forged' in rest && rest.forged) {
    return {
      reason: 'signature_invalid',
      detail: `no certificate of ${issuer} holds the key that signed`,
      certificate: tip,
    }
  }
  return { reason: 'no_path', detail: `no certificate of ${issuer} is at hand`, certificate: tip }
}

function readAll(certificates: readonly Uint8Array[]): readonly PathCertificate[] {
  return certificates
    .slice(0, MAX_CANDIDATES)
    .map((der) => tryReading(() => readPathCertificate(der)))
    .filter((view): view is PathCertificate => !(view instanceof PkiError))
}

function sameDer(a: PathCertificate, b: PathCertificate): boolean {
  return bytesEqual(a.certificate.der, b.certificate.der)
}
