/**
 * The search for paths: depth first from the certificate towards the anchors, likely issuers first, within bounds on
 * signature verifications and on steps, so that no set of certificates makes it long (RFC 4158 §2.4.2).
 */

import { bytesEqual } from '../bytes.ts'
import type { CryptoProvider } from '../crypto-provider.ts'
import { sameName } from './distinguished-name.ts'
import type { PathCertificate } from './path-certificate.ts'

export interface SearchBounds {
  /** Intermediates that are not self-issued. */
  readonly maxIntermediates: number
  readonly maxSignatureChecks: number
  readonly maxSteps: number
}

export const defaultBounds: SearchBounds = { maxIntermediates: 10, maxSignatureChecks: 256, maxSteps: 4096 }

export interface Candidates {
  readonly anchors: readonly PathCertificate[]
  readonly intermediates: readonly PathCertificate[]
}

/** What the search comes across. A `path` runs from the certificate upwards. */
export type Finding =
  | { readonly kind: 'complete'; readonly path: readonly PathCertificate[] }
  /** The path cannot be continued: no issuer at hand, or (`forged`) only some whose key did not sign. */
  | { readonly kind: 'dead_end'; readonly path: readonly PathCertificate[]; readonly forged: boolean }
  | { readonly kind: 'too_long'; readonly path: readonly PathCertificate[] }
  | { readonly kind: 'exhausted'; readonly path: readonly PathCertificate[] }

/** Yields each finding once, in the order of the search; the caller stops when content. */
export async function* searchPaths(
  certificate: PathCertificate,
  candidates: Candidates,
  crypto: CryptoProvider,
  bounds: SearchBounds,
): AsyncGenerator<Finding, void, undefined> {
  const anchored = candidates.anchors.find((anchor) => bytesEqual(anchor.certificate.der, certificate.certificate.der))
  if (anchored !== undefined) {
    yield { kind: 'complete', path: [anchored] }
    return
  }
  const verifier = new LinkVerifier(crypto, bounds.maxSignatureChecks)
  const open: (readonly PathCertificate[])[] = [[certificate]]
  for (let steps = 0; open.length > 0; steps++) {
    const path = open.pop() ?? []
    if (steps >= bounds.maxSteps || verifier.exhausted) {
      yield { kind: 'exhausted', path }
      return
    }
    const { complete, longer, forged } = await extend(path, candidates, verifier)
    for (const found of complete) yield { kind: 'complete', path: found }
    const within = longer.filter((next) => countIntermediates(next) <= bounds.maxIntermediates)
    if (within.length < longer.length) yield { kind: 'too_long', path }
    else if (complete.length + longer.length === 0) yield { kind: 'dead_end', path, forged }
    open.push(...within.reverse())
  }
}

async function extend(path: readonly PathCertificate[], candidates: Candidates, verifier: LinkVerifier) {
  const complete: (readonly PathCertificate[])[] = []
  const longer: (readonly PathCertificate[])[] = []
  let forged = false
  const tip = path.at(-1)
  if (tip === undefined) return { complete, longer, forged }
  const tries: readonly (readonly [readonly PathCertificate[], (readonly PathCertificate[])[]])[] = [
    [candidates.anchors, complete],
    [candidates.intermediates, longer],
  ]
  for (const [issuers, found] of tries) {
    for (const issuer of likelyIssuers(tip, path, issuers)) {
      if (await verifier.verifies(tip, issuer)) found.push([...path, issuer])
      else forged = true
    }
  }
  return { complete, longer, forged }
}

/** By name (§6.1.3 (a)(4)); those whose key identifier agrees first. None that is in the path already, under any issuer. */
function likelyIssuers(
  tip: PathCertificate,
  path: readonly PathCertificate[],
  issuers: readonly PathCertificate[],
): readonly PathCertificate[] {
  const wanted = tip.certificate.extensions.authorityKeyIdentifier
  const rank = ({ certificate }: PathCertificate) => {
    const identifier = certificate.extensions.subjectKeyIdentifier
    if (wanted === null || identifier === null) return 1
    return bytesEqual(wanted, identifier) ? 0 : 2
  }
  return issuers
    .filter((issuer) => sameName(issuer.subject, tip.issuer) && !path.some((member) => sameEntity(member, issuer)))
    .sort((a, b) => rank(a) - rank(b))
}

function sameEntity(a: PathCertificate, b: PathCertificate): boolean {
  return (
    bytesEqual(a.certificate.subjectPublicKeyInfo, b.certificate.subjectPublicKeyInfo) && sameName(a.subject, b.subject)
  )
}

function countIntermediates(path: readonly PathCertificate[]): number {
  return path.slice(1).filter(({ selfIssued }) => !selfIssued).length
}

/** Verifies each pair of certificates once, and no more pairs than allowed. */
class LinkVerifier {
  readonly #crypto: CryptoProvider
  readonly #known = new Map<PathCertificate, Map<PathCertificate, boolean>>()
  #left: number

  constructor(crypto: CryptoProvider, maxSignatureChecks: number) {
    this.#crypto = crypto
    this.#left = maxSignatureChecks
  }

  get exhausted(): boolean {
    return this.#left < 0
  }

  async verifies(subject: PathCertificate, issuer: PathCertificate): Promise<boolean> {
    const known = this.#known.get(subject) ?? new Map<PathCertificate, boolean>()
    this.#known.set(subject, known)
    const before = known.get(issuer)
    if (before !== undefined) return before
    if (--this.#left < 0) return false
    const { signatureAlgorithm, signature, tbsCertificate } = subject.certificate
    const { subjectPublicKeyInfo } = issuer.certificate
    const verdict = await this.#crypto.verify(signatureAlgorithm, subjectPublicKeyInfo, signature, tbsCertificate)
    known.set(issuer, verdict)
    return verdict
  }
}
