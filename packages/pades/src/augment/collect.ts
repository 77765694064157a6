/**
 * What a later validation of certificates needs (ETSI EN 319 142-1 §6.3, level B-LT): their chains, and for each certificate below the
 * anchor an answer about revocation that is valid at the moment at which it is to be proven good, or of after it.
 */
import {
  buildCertId,
  buildOcspRequest,
  bytesEqual,
  type Certificate,
  type CryptoProvider,
  type PathResult,
  PkiError,
  type RevocationFetcher,
  type RevocationStatus,
  readCrlStatus,
  readOcspStatus,
  tryReading,
  validatePath,
} from '@cloudsigner/pki'
import { PadesError } from '../sign/errors.ts'
import type { ValidationMaterial } from './security-store.ts'

export interface CollectOptions {
  /** DER. */
  readonly trustAnchors: readonly Uint8Array[]
  /** DER, of whatever may help to build chains. */
  readonly certificates: readonly Uint8Array[]
  readonly fetcher: RevocationFetcher | null
  /** 'current': of data whose time has not ended; 'after-signature': only of data made after the signature was there. */
  readonly freshness: RevocationFreshness
  /** Now. */
  readonly at: Date
  readonly crypto: CryptoProvider
}

/**
 * 'current': an answer counts whose time includes the moment in question. 'after-signature': it has to have been made after it, so that
 * no revocation just before signing is missed; until the next CRL comes out this is refused as `revocation_not_fresh`.
 */
export type RevocationFreshness = 'current' | 'after-signature'

/** A certificate to be proven good, at the earliest moment that is proven for what it signed. */
export interface Subject {
  readonly certificate: Certificate
  readonly at: Date
  /** A purpose that it must have (extKeyUsage). */
  readonly purpose?: string
}

/** Gathers material, each datum once. What is at hand is asked before the network. */
export class Collector {
  readonly #options: CollectOptions
  readonly #atHand: ValidationMaterial
  readonly #certificates: Uint8Array[] = []
  readonly #crls: Uint8Array[] = []
  readonly #ocspResponses: Uint8Array[] = []
  /** One and the same CRL is fetched once. */
  readonly #fetchedCrls = new Map<string, Promise<Uint8Array>>()

  constructor(options: CollectOptions, atHand: ValidationMaterial) {
    this.#options = options
    this.#atHand = atHand
  }

  /** Of all that was proven. */
  get material(): ValidationMaterial {
    return { certificates: this.#certificates, crls: this.#crls, ocspResponses: this.#ocspResponses }
  }

  /** PadesError 'chain_incomplete' | 'certificate_revoked' | 'revocation_unavailable' | 'revocation_not_fresh'. */
  async prove(subject: Subject): Promise<void> {
    const path = await this.#pathOf(subject)
    for (const { der } of path) addOnce(this.#certificates, der)
    for (const [index, certificate] of path.entries()) {
      const issuer = path[index + 1]
      if (issuer) await this.#proveOne(certificate, issuer, subject.at)
    }
  }

  /** As of now; as of the proven moment where time has ended what was good then. */
  async #pathOf({ certificate, at, purpose }: Subject): Promise<readonly Certificate[]> {
    const { trustAnchors, certificates, crypto } = this.#options
    const intermediates = [...certificates, ...this.#atHand.certificates]
    const rules = { recognisedExtensions: [qcStatements], ...(purpose && { extKeyUsage: purpose }) }
    const validate = (moment: Date): Promise<PathResult> =>
      validatePath(certificate.der, { trustAnchors, intermediates, crypto, at: moment, ...rules })
    const now = await validate(this.#options.at)
    const result = now.valid || at >= this.#options.at ? now : await validate(at)
    if (result.valid) return result.path
    throw new PadesError('chain_incomplete', `${certificate.subject.rfc4514}: ${result.detail}`)
  }

  async #proveOne(certificate: Certificate, issuer: Certificate, at: Date): Promise<void> {
    const question = { certificate, issuer, at, validationTime: this.#options.at, crypto: this.#options.crypto }
    let last: RevocationStatus | null = null
    for await (const { status, keep } of this.#answers(question)) {
      if (status.status === 'revoked' && status.revocationTime <= at)
        throw new PadesError(
          'certificate_revoked',
          `${certificate.subject.rfc4514} is revoked since ${status.revocationTime.toISOString()}`,
        )
      if (status.status !== 'unknown' && this.#isFresh(status, at)) return keep()
      // Of two that say nothing, the first may be what is stored; of one too old, that is what to tell.
      if (last === null || last.status === 'unknown') last = status
    }
    const subject = certificate.subject.rfc4514
    if (last !== null && last.status !== 'unknown')
      throw new PadesError('revocation_not_fresh', `${subject}: all that is published is of before the signature`)
    throw new PadesError(
      'revocation_unavailable',
      `${subject}: ${last?.detail ?? 'it names no CRL and no OCSP responder'}`,
    )
  }

  #isFresh(status: RevocationStatus, at: Date): boolean {
    // A revocation after the moment in question was made known after it.
    if (this.#options.freshness === 'current' || status.status !== 'good') return true
    return status.thisUpdate >= at
  }

  /** What is at hand, then OCSP, which is of the moment, then the CRL. */
  async *#answers(question: Question): AsyncGenerator<Answer> {
    for (const der of this.#atHand.ocspResponses) yield this.#ofOcsp(der, await readOcspStatus(der, question))
    for (const der of this.#atHand.crls) yield this.#ofCrl(der, await readCrlStatus(der, question))
    const { fetcher } = this.#options
    if (fetcher === null) return
    const { ocspUrls, crlUrls } = question.certificate.extensions
    for (const url of ocspUrls.slice(0, maxUrls)) {
      const asked = await this.#askResponder(url, question, fetcher)
      if (asked) yield asked
    }
    for (const url of crlUrls.slice(0, maxUrls)) {
      const der = await attempt(() => this.#fetchCrl(url, fetcher))
      yield der instanceof Uint8Array ? this.#ofCrl(der, await readCrlStatus(der, question)) : der
    }
  }

  #fetchCrl(url: string, fetcher: RevocationFetcher): Promise<Uint8Array> {
    const crl = this.#fetchedCrls.get(url) ?? fetcher.fetchCrl(url)
    this.#fetchedCrls.set(url, crl)
    return crl
  }

  async #askResponder(url: string, question: Question, fetcher: RevocationFetcher): Promise<Answer | null> {
    const { certificate, issuer, crypto } = question
    const { serialNumber } = certificate
    const certId = tryReading(() => buildCertId({ issuer, serialNumber, hashAlgorithm: 'SHA-1', crypto }))
    if (certId instanceof PkiError) return null
    const nonce = crypto.random(nonceBytes)
    const der = await attempt(() => fetcher.fetchOcsp(url, buildOcspRequest({ certIds: [certId], nonce })))
    return der instanceof Uint8Array ? this.#ofOcsp(der, await readOcspStatus(der, { ...question, nonce })) : der
  }

  #ofOcsp(der: Uint8Array, status: RevocationStatus): Answer {
    return { status, keep: () => addOnce(this.#ocspResponses, der) }
  }

  #ofCrl(der: Uint8Array, status: RevocationStatus): Answer {
    return { status, keep: () => addOnce(this.#crls, der) }
  }
}

interface Question {
  readonly certificate: Certificate
  readonly issuer: Certificate
  readonly at: Date
  readonly validationTime: Date
  readonly crypto: CryptoProvider
}

interface Answer {
  readonly status: RevocationStatus
  /** Takes the datum among the material. */
  keep(): void
}

const qcStatements = '1.3.6.1.5.5.7.1.3'
/** Addresses of one kind that are tried for one certificate. */
const maxUrls = 4
const nonceBytes = 32

async function attempt(fetch: () => Promise<Uint8Array>): Promise<Uint8Array | Answer> {
  try {
    return await fetch()
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return { status: { status: 'unknown', why: 'fetch_failed', detail }, keep: () => {} }
  }
}

function addOnce(ders: Uint8Array[], der: Uint8Array): void {
  if (!ders.some((known) => bytesEqual(known, der))) ders.push(der)
}

/** What of the material the store lacks. */
export function beyond(material: ValidationMaterial, store: ValidationMaterial): ValidationMaterial {
  const lacking = (of: readonly Uint8Array[], known: readonly Uint8Array[]) =>
    of.filter((der) => !known.some((one) => bytesEqual(one, der)))
  return {
    certificates: lacking(material.certificates, store.certificates),
    crls: lacking(material.crls, store.crls),
    ocspResponses: lacking(material.ocspResponses, store.ocspResponses),
  }
}
