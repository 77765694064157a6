/** Revocation of one certificate, from data at hand and, where allowed, from what its addresses answer. */

import { bytesEqual } from '../bytes.ts'
import { type CertificateRevocationList, parseCrl } from '../crl/crl.ts'
import { PkiError } from '../errors.ts'
import { buildCertId } from '../ocsp/cert-id.ts'
import { buildOcspRequest } from '../ocsp/request.ts'
import { type OcspResponse, parseOcspResponse } from '../ocsp/response.ts'
import { tryReading } from '../try-reading.ts'
import { type RevocationQuestion, readCrlStatus } from './crl-status.ts'
import { readOcspStatus } from './ocsp-status.ts'
import { type RevocationStatus, type RevocationUnknownReason, unknownStatus } from './revocation-status.ts'

/** Gets revocation data from outside. Each throws whatever it likes where it cannot; bounds are its own concern. */
export interface RevocationFetcher {
  /** DER CertificateList. */
  fetchCrl(url: string): Promise<Uint8Array>
  /** Answer to a DER OCSPRequest: DER OCSPResponse. */
  fetchOcsp(url: string, request: Uint8Array): Promise<Uint8Array>
}

/** Read once, for it is asked about many certificates. */
export interface RevocationData {
  readonly crls: readonly CertificateRevocationList[]
  readonly ocspResponses: readonly OcspResponse[]
}

/** From DER. What cannot be read is passed over, and so is what is there twice. */
export function readRevocationData(crls: readonly Uint8Array[], ocspResponses: readonly Uint8Array[]): RevocationData {
  return { crls: readDistinct(crls, parseCrl), ocspResponses: readDistinct(ocspResponses, parseOcspResponse) }
}

function readDistinct<Value extends { readonly der: Uint8Array }>(
  sources: readonly Uint8Array[],
  read: (der: Uint8Array) => Value,
): readonly Value[] {
  const values: Value[] = []
  for (const source of sources) {
    if (values.some(({ der }) => bytesEqual(der, source))) continue
    const value = tryReading(() => read(source))
    if (!(value instanceof PkiError)) values.push(value)
  }
  return values
}

export interface RevocationOptions extends RevocationQuestion {
  readonly data: RevocationData
  readonly fetcher?: RevocationFetcher | null
}

/** Addresses of one kind that are tried for one certificate. */
const MAX_URLS = 4
const NONCE_LENGTH = 32

/** From least to most telling: the last of these that was met is the reason given. */
const telling: readonly RevocationUnknownReason[] = [
  'no_data',
  'not_applicable',
  'fetch_failed',
  'malformed',
  'unsupported',
  'not_fresh',
  'not_authorised',
  'signature_invalid',
  'responder_unknown',
]

/** 'revoked' by any datum that counts outweighs 'good' by another; what is at hand is asked before the network. */
export async function evaluateRevocation(options: RevocationOptions): Promise<RevocationStatus> {
  const found: RevocationStatus[] = []
  for (const response of options.data.ocspResponses) found.push(await readOcspStatus(response, options))
  for (const crl of options.data.crls) found.push(await readCrlStatus(crl, options))
  const offline = weigh(found)
  if (offline.status !== 'unknown' || options.fetcher == null) return offline
  const online = await askOnline(options, options.fetcher)
  return weigh([offline, ...online])
}

function weigh(found: readonly RevocationStatus[]): RevocationStatus {
  const decisive = found.find(({ status }) => status === 'revoked') ?? found.find(({ status }) => status === 'good')
  if (decisive !== undefined) return decisive
  return found.reduce(
    (best, next) => (rank(next) > rank(best) ? next : best),
    unknownStatus('no_data', 'no revocation data at hand'),
  )
}

function rank(status: RevocationStatus): number {
  return status.status === 'unknown' ? telling.indexOf(status.why) : telling.length
}

/** OCSP first, for it is of the moment; the CRL where OCSP does not decide. */
async function askOnline(options: RevocationOptions, fetcher: RevocationFetcher): Promise<readonly RevocationStatus[]> {
  const { ocspUrls, crlUrls } = options.certificate.extensions
  const found: RevocationStatus[] = []
  for (const ask of [
    ...ocspUrls.slice(0, MAX_URLS).map((url) => () => askResponder(url, options, fetcher)),
    ...crlUrls.slice(0, MAX_URLS).map((url) => () => askCrl(url, options, fetcher)),
  ]) {
    const status = await ask()
    found.push(status)
    if (status.status !== 'unknown') break
  }
  return found
}

async function askResponder(
  url: string,
  options: RevocationOptions,
  fetcher: RevocationFetcher,
): Promise<RevocationStatus> {
  const { certificate, issuer, crypto } = options
  const nonce = crypto.random(NONCE_LENGTH)
  // SHA-1 here identifies the issuer and protects nothing; every responder knows it (RFC 5019 §2.1.1).
  const certId = tryReading(() =>
    buildCertId({ issuer, serialNumber: certificate.serialNumber, hashAlgorithm: 'SHA-1', crypto }),
  )
  if (certId instanceof PkiError) return unknownStatus('unsupported', certId.message)
  const request = buildOcspRequest({ certIds: [certId], nonce })
  const response = await attempt(() => fetcher.fetchOcsp(url, request))
  return response instanceof Uint8Array ? readOcspStatus(response, { ...options, nonce }) : response
}

async function askCrl(url: string, options: RevocationOptions, fetcher: RevocationFetcher): Promise<RevocationStatus> {
  const crl = await attempt(() => fetcher.fetchCrl(url))
  return crl instanceof Uint8Array ? readCrlStatus(crl, options) : crl
}

async function attempt(fetch: () => Promise<Uint8Array>): Promise<Uint8Array | RevocationStatus> {
  try {
    return await fetch()
  } catch (error) {
    return unknownStatus('fetch_failed', error instanceof Error ? error.message : String(error))
  }
}
