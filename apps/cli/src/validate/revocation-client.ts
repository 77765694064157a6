/**
 * CRLs and OCSP responses over HTTP, from addresses that the certificates of a file name. The name is resolved once and
 * the connection goes to the very address that was checked, so that a name that changes its mind in between (DNS
 * rebinding) gains nothing; each redirect is a new address and is checked as the first was.
 */
import { lookup } from 'node:dns'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { RevocationFetcher } from '@cloudsigner/pki'
import { isPublicAddress } from './address-policy.ts'

export interface RevocationClientOptions {
  /** Loopback and private networks too. */
  readonly allowPrivateAddresses: boolean
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 15_000
const MAX_REDIRECTS = 3
const MAX_CRL_BYTES = 32 << 20
const MAX_OCSP_BYTES = 256 << 10

interface Exchange {
  readonly method: 'GET' | 'POST'
  readonly body?: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  readonly maxBytes: number
}

/** Each call rejects with an Error that says why nothing came. */
export function revocationClient(options: RevocationClientOptions): RevocationFetcher {
  return {
    fetchCrl: (url) =>
      exchange(
        url,
        { method: 'GET', headers: { accept: 'application/pkix-crl, */*' }, maxBytes: MAX_CRL_BYTES },
        options,
      ),
    fetchOcsp: (url, body) => {
      // RFC 6960 Appendix A.1.
      const headers = { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' }
      return exchange(url, { method: 'POST', body, headers, maxBytes: MAX_OCSP_BYTES }, options)
    },
  }
}

async function exchange(address: string, what: Exchange, options: RevocationClientOptions): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)
  let url = parseUrl(address)
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await send(url, what, options, signal)
    const location = redirectOf(response)
    if (location === null) return readBody(response, what.maxBytes, url)
    response.destroy()
    url = parseUrl(location, url)
  }
  throw new Error(`${address} redirects more than ${MAX_REDIRECTS} times`)
}

function parseUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Error(`${text} is no http or https address`)
  }
  if (url.username !== '' || url.password !== '') throw new Error(`${url.host}: an address with credentials`)
  return url
}

function send(
  url: URL,
  what: Exchange,
  options: RevocationClientOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // Node resolves nothing where the host is an address already, so that this one is checked here.
  if (isIP(host) !== 0 && !isAllowed(host, options)) throw new Error(`${host} is not a public address`)
  return new Promise((resolve, reject) => {
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = open(
      url,
      { method: what.method, headers: what.headers, signal, agent: false, lookup: checkedLookup(options) },
      resolve,
    )
    request.on('error', (cause) => reject(new Error(`${url.host}: ${cause.message}`, { cause })))
    request.end(what.body)
  })
}

/** All addresses of the name have to be allowed: a name that mixes public and private ones means no good. */
function checkedLookup(options: RevocationClientOptions): LookupFunction {
  return (hostname, lookupOptions, callback) => {
    lookup(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, [])
      const refused = addresses.find(({ address }) => !isAllowed(address, options))
      if (refused !== undefined)
        return callback(new Error(`${hostname} leads to ${refused.address}, no public address`), [])
      const [first] = addresses
      if (first === undefined) return callback(new Error(`${hostname} has no address`), [])
      return lookupOptions.all === true ? callback(null, addresses) : callback(null, first.address, first.family)
    })
  }
}

function isAllowed(address: string, { allowPrivateAddresses }: RevocationClientOptions): boolean {
  return allowPrivateAddresses || isPublicAddress(address)
}

function redirectOf({ statusCode = 0, headers: { location } }: IncomingMessage): string | null {
  return statusCode >= 300 && statusCode < 400 && location !== undefined ? location : null
}

async function readBody(response: IncomingMessage, maxBytes: number, { host }: URL): Promise<Uint8Array> {
  if (response.statusCode !== 200) {
    response.destroy()
    throw new Error(`${host} answers ${response.statusCode}`)
  }
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response as AsyncIterable<Uint8Array>) {
    length += part.length
    // Leaving the loop closes the connection.
    if (length > maxBytes) throw new Error(`${host} sends more than ${maxBytes} bytes`)
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}
