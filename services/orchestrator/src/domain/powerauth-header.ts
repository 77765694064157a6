/** The headers of PowerAuth 3.x: parsing, and the data that an authentication code is computed over. Pure. */

export interface AuthorizationHeader {
  readonly activationId: string
  readonly applicationKey: string
  /** Base64 of 16 bytes. */
  readonly nonce: string
  readonly signatureType: string
  readonly signature: string
  readonly version: string
}

export interface TokenHeader {
  readonly tokenId: string
  readonly tokenDigest: string
  readonly nonce: string
  /** Milliseconds since the epoch, decimal. */
  readonly timestamp: string
  readonly version: string
}

const longestHeader = 2048
const uuid = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/
const base64Of16 = /^[A-Za-z0-9+/]{22}==$/
const version = /^3\.[0-9]$/

/** X-PowerAuth-Authorization; null for what does not have its form. */
export function parseAuthorizationHeader(header: string | undefined): AuthorizationHeader | null {
  const members = membersOf(header)
  if (members === null) return null
  const parsed = {
    activationId: members.get('pa_activation_id') ?? '',
    applicationKey: members.get('pa_application_key') ?? '',
    nonce: members.get('pa_nonce') ?? '',
    signatureType: (members.get('pa_signature_type') ?? '').toLowerCase(),
    signature: members.get('pa_signature') ?? '',
    version: members.get('pa_version') ?? '',
  }
  const valid =
    uuid.test(parsed.activationId) &&
    base64Of16.test(parsed.applicationKey) &&
    base64Of16.test(parsed.nonce) &&
    /^[a-z_]{1,40}$/.test(parsed.signatureType) &&
    /^[A-Za-z0-9+/=-]{8,64}$/.test(parsed.signature) &&
    version.test(parsed.version)
  return valid ? parsed : null
}

/** X-PowerAuth-Token; null for what does not have its form. */
export function parseTokenHeader(header: string | undefined): TokenHeader | null {
  const members = membersOf(header)
  if (members === null) return null
  const parsed = {
    tokenId: members.get('token_id') ?? '',
    tokenDigest: members.get('token_digest') ?? '',
    nonce: members.get('nonce') ?? '',
    timestamp: members.get('timestamp') ?? '',
    version: members.get('version') ?? '',
  }
  const valid =
    uuid.test(parsed.tokenId) &&
    /^[A-Za-z0-9+/]{43}=$/.test(parsed.tokenDigest) &&
    base64Of16.test(parsed.nonce) &&
    /^\d{9,15}$/.test(parsed.timestamp) &&
    version.test(parsed.version)
  return valid ? parsed : null
}

function membersOf(header: string | undefined): ReadonlyMap<string, string> | null {
  if (header === undefined || header.length > longestHeader) return null
  const list = /^PowerAuth +(.+)$/i.exec(header)?.[1]
  if (list === undefined) return null
  const members = new Map<string, string>()
  for (const [, name, value] of list.matchAll(/(\w+)="([^"]*)"/g)) {
    if (name === undefined || value === undefined || members.has(name)) return null
    members.set(name, value)
  }
  return members
}

/**
 * What the code is computed over, without the application's secret, which PowerAuth appends: method, resource and body,
 * so that a code for one call is no code for another. `uriId` is the path here, so that it names the document too.
 */
export function normalizedData(method: string, uriId: string, nonce: string, body: Uint8Array): string {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  return [method.toUpperCase(), base64(Buffer.from(uriId, 'utf8')), nonce, base64(body)].join('&')
}
