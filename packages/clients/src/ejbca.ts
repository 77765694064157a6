/**
 * Client of EJBCA's REST API v1: ours and the genuine one alike, told apart by their URL and client certificate alone.
 * The TLS client certificate is the `fetch`'s: see `mutualTlsFetch` in `./node`.
 */
import {
  CaInfos,
  EjbcaError,
  type EjbcaRevocationReason,
  EnrolledCertificate,
  type EnrollRequest,
  LatestCrl,
  ResourceStatus,
  RevocationStatus,
  type SearchRequest,
  SearchResult,
} from '@cloudsigner/contracts/ejbca'
import { type Static, type TSchema, Type } from 'typebox'
import { Check } from 'typebox/value'

export interface EjbcaClientOptions {
  /** What precedes `/v1`, such as `https://host:8443/ejbca/ejbca-rest-api`, without a trailing slash. */
  readonly baseUrl: string
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds until a call is given up. Default 10 000, as EJBCA's generated clients have it. */
  readonly timeoutMs?: number
}

/**
 * `REFUSED`: the CA said no (4xx), and would again. `FAILED`: it could not (5xx). `UNREACHABLE`: no answer.
 * `UNEXPECTED_ANSWER`: an answer that is none of EJBCA's.
 */
export type EjbcaFailure = 'REFUSED' | 'FAILED' | 'UNREACHABLE' | 'UNEXPECTED_ANSWER'

export class EjbcaApiError extends Error {
  readonly code: EjbcaFailure
  /** HTTP status; 0 where there was no answer. */
  readonly status: number

  constructor(code: EjbcaFailure, status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EjbcaApiError'
    this.code = code
    this.status = status
  }
}

/** A certificate as enrolled; all DER. */
export interface Enrolment {
  readonly certificate: Uint8Array
  /** Upper-case hex as the CA writes it; to be sent back as it is. */
  readonly serialNumber: string
  /** Issuing CA first, root last; empty where not asked for. */
  readonly chain: readonly Uint8Array[]
}

export interface EjbcaClient {
  /** Health: EJBCA's version and revision. */
  status(): Promise<ResourceStatus>
  certificateAuthorities(): Promise<CaInfos>
  /** PEM bundle, the CA first and the root last. */
  caCertificateChain(subjectDn: string): Promise<string>
  /** The chain is asked for unless `include_chain` is false; the format is DER. */
  enroll(request: EnrollRequest): Promise<Enrolment>
  revocationStatus(issuerDn: string, serialNumber: string): Promise<RevocationStatus>
  /** Status 409 in the error: revoked already. REMOVE_FROM_CRL lifts a hold. */
  revoke(issuerDn: string, serialNumber: string, reason: EjbcaRevocationReason): Promise<RevocationStatus>
  /** DER of the certificates that meet all criteria, at most as many as are asked for. */
  search(request: SearchRequest): Promise<readonly Uint8Array[]>
  /** DER. */
  getLatestCrl(issuerDn: string): Promise<Uint8Array>
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly json?: unknown
  readonly accept?: string
}

export function createEjbcaClient(options: EjbcaClientOptions): EjbcaClient {
  const fetch = options.fetch ?? globalThis.fetch

  async function send(call: Call): Promise<Response> {
    const headers = new Headers({ accept: call.accept ?? 'application/json' })
    // What a browser's fetch adds makes EJBCA ask for this header; elsewhere it does no harm.
    headers.set('X-Keyfactor-Requested-With', 'cloudsigner')
    if (call.json !== undefined) headers.set('content-type', 'application/json')
    let response: Response
    try {
      response = await fetch(options.baseUrl + call.path, {
        method: call.method,
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
        ...(call.json === undefined ? {} : { body: JSON.stringify(call.json) }),
      })
    } catch (cause) {
      throw new EjbcaApiError('UNREACHABLE', 0, 'The CA could not be reached', { cause })
    }
    if (!response.ok) throw await refusal(response)
    return response
  }

  async function answer<Schema extends TSchema>(schema: Schema, call: Call): Promise<Static<Schema>> {
    const response = await send(call)
    const value: unknown = await response.json().catch(() => undefined)
    if (!Check(schema, value)) throw unexpected(response, `${call.method} ${call.path}`)
    return value
  }

  const ca = (dn: string) => `/v1/ca/${encodeURIComponent(dn)}`
  const certificate = (dn: string, serial: string) =>
    `/v1/certificate/${encodeURIComponent(dn)}/${encodeURIComponent(serial)}`

  return {
    status: () => answer(ResourceStatus, { method: 'GET', path: '/v1/certificate/status' }),
    certificateAuthorities: () => answer(LooseCaInfos, { method: 'GET', path: '/v1/ca' }),
    async caCertificateChain(subjectDn) {
      const response = await send({ method: 'GET', path: `${ca(subjectDn)}/certificate/download`, accept: '*/*' })
      return response.text()
    },
    async enroll(request) {
      const json = { include_chain: true, ...request, response_format: 'DER' }
      const response = await answer(EnrolledCertificate, { method: 'POST', path: '/v1/certificate/pkcs10enroll', json })
      if (response.response_format !== 'DER') {
        throw new EjbcaApiError('UNEXPECTED_ANSWER', 201, `The CA answered in ${response.response_format}, not in DER`)
      }
      return {
        certificate: fromBase64(response.certificate),
        serialNumber: response.serial_number,
        chain: (response.certificate_chain ?? []).map(fromBase64),
      }
    },
    revocationStatus: (issuerDn, serial) =>
      answer(RevocationStatus, { method: 'GET', path: `${certificate(issuerDn, serial)}/revocationstatus` }),
    revoke: (issuerDn, serial, reason) =>
      answer(RevocationStatus, { method: 'PUT', path: `${certificate(issuerDn, serial)}/revoke?reason=${reason}` }),
    async search(request) {
      const call = { method: 'POST', path: '/v1/certificate/search', json: request } as const
      const { certificates } = await answer(SearchResult, call)
      // Base64 of the Base64 of the DER.
      return certificates.map(({ certificate }) => fromBase64(new TextDecoder().decode(fromBase64(certificate))))
    },
    async getLatestCrl(issuerDn) {
      const path = `${ca(issuerDn)}/getLatestCrl?deltaCrl=false&crlPartitionIndex=0`
      return fromBase64((await answer(LatestCrl, { method: 'GET', path })).crl)
    },
  }
}

/** Dates of the genuine server carry its own offset notation: not ours to judge. */
const LooseCaInfos = Type.Object({
  certificate_authorities: Type.Array(
    Type.Object({ ...CaInfos.properties.certificate_authorities.items.properties, expiration_date: Type.String() }),
  ),
})

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text.replace(/\s+/g, '')), (character) => character.charCodeAt(0))
  } catch (cause) {
    throw new EjbcaApiError('UNEXPECTED_ANSWER', 200, 'The CA answered what is not Base64', { cause })
  }
}

async function refusal(response: Response): Promise<EjbcaApiError> {
  const value: unknown = await response.json().catch(() => undefined)
  const code = response.status >= 500 ? 'FAILED' : response.status >= 400 ? 'REFUSED' : 'UNEXPECTED_ANSWER'
  const message = Check(EjbcaError, value) ? value.error_message : `The CA answered with HTTP status ${response.status}`
  return new EjbcaApiError(code, response.status, message)
}

function unexpected(response: Response, what: string): EjbcaApiError {
  return new EjbcaApiError('UNEXPECTED_ANSWER', response.status, `${what} was answered outside the contract`)
}
