import type { HttpAuthenticationPrivate, HttpAuthenticationPublic } from '@cloudsigner/contracts/powerauth-private'
import { type CallbackDestination, isCallbackUrl } from '@cloudsigner/service'
import { refuse } from './errors.ts'

/** As it is stored, sealed: what a request said, with null for what it did not. */
export interface StoredAuthentication {
  readonly certificate: {
    readonly enabled: boolean
    readonly useCustomKeyStore: boolean
    readonly keyStoreContent: string | null
    readonly keyStorePassword: string | null
    readonly keyAlias: string | null
    readonly keyPassword: string | null
    readonly useCustomTrustStore: boolean
    readonly trustStoreContent: string | null
    readonly trustStorePassword: string | null
  }
  readonly httpBasic: { readonly enabled: boolean; readonly username: string | null; readonly password: string | null }
  readonly oauth2: {
    readonly enabled: boolean
    readonly tokenUri: string | null
    readonly clientId: string | null
    readonly clientSecret: string | null
    readonly scope: string | null
  }
}

/**
 * What a request says of authentication, with the secrets that `former` has and the request leaves out. Throws ERR0024
 * where something is switched on that lacks its credentials.
 */
export function readAuthentication(
  given: HttpAuthenticationPrivate | null | undefined,
  former?: StoredAuthentication,
): StoredAuthentication {
  const { certificate, httpBasic, oauth2 } = given ?? {}
  // The server would read whatever file a caller names: contents are taken instead, as newer clients send them.
  if (certificate?.keyStoreLocation || certificate?.trustStoreLocation) {
    throw refuse('ERR0024', { reason: 'a key store is given by its content, not by its location' })
  }
  const read: StoredAuthentication = {
    certificate: {
      enabled: certificate?.enabled ?? false,
      useCustomKeyStore: certificate?.useCustomKeyStore ?? false,
      keyStoreContent: secret(certificate?.keyStoreContent, former?.certificate.keyStoreContent),
      keyStorePassword: secret(certificate?.keyStorePassword, former?.certificate.keyStorePassword),
      keyAlias: certificate?.keyAlias ?? null,
      keyPassword: secret(certificate?.keyPassword, former?.certificate.keyPassword),
      useCustomTrustStore: certificate?.useCustomTrustStore ?? false,
      trustStoreContent: secret(certificate?.trustStoreContent, former?.certificate.trustStoreContent),
      trustStorePassword: secret(certificate?.trustStorePassword, former?.certificate.trustStorePassword),
    },
    httpBasic: {
      enabled: httpBasic?.enabled ?? false,
      username: httpBasic?.username ?? null,
      password: secret(httpBasic?.password, former?.httpBasic.password),
    },
    oauth2: {
      enabled: oauth2?.enabled ?? false,
      tokenUri: oauth2?.tokenUri ?? null,
      clientId: oauth2?.clientId ?? null,
      clientSecret: secret(oauth2?.clientSecret, former?.oauth2.clientSecret),
      scope: oauth2?.scope ?? null,
    },
  }
  requireUsable(read)
  return read
}

/** Null or absent keeps, empty takes away. */
function secret(given: string | null | undefined, former: string | null | undefined): string | null {
  if (given === undefined || given === null) return former ?? null
  return given === '' ? null : given
}

function requireUsable({ certificate, httpBasic, oauth2 }: StoredAuthentication): void {
  const lacks = (reason: string) => refuse('ERR0024', { reason })
  if (certificate.enabled && !(certificate.useCustomKeyStore && certificate.keyStoreContent)) {
    throw lacks('a client certificate needs keyStoreContent')
  }
  if (certificate.useCustomTrustStore && !certificate.trustStoreContent) throw lacks('no trustStoreContent')
  if (httpBasic.enabled && !(httpBasic.username && httpBasic.password)) throw lacks('httpBasic lacks a credential')
  if (oauth2.enabled) {
    const { tokenUri, clientId, clientSecret } = oauth2
    if (!(tokenUri && isCallbackUrl(tokenUri) && clientId && clientSecret)) throw lacks('oauth2 lacks a credential')
    if (httpBasic.enabled) throw lacks('httpBasic and oauth2 would be two Authorization headers')
  }
}

/** The same without secrets. */
export function publicAuthentication({
  certificate,
  httpBasic,
  oauth2,
}: StoredAuthentication): HttpAuthenticationPublic {
  return {
    certificate: {
      enabled: certificate.enabled,
      useCustomKeyStore: certificate.useCustomKeyStore,
      keyStoreLocation: null,
      keyStoreContentSet: certificate.keyStoreContent !== null,
      keyStorePasswordSet: certificate.keyStorePassword !== null,
      keyAlias: certificate.keyAlias,
      keyPasswordSet: certificate.keyPassword !== null,
      useCustomTrustStore: certificate.useCustomTrustStore,
      trustStoreLocation: null,
      trustStoreContentSet: certificate.trustStoreContent !== null,
      trustStorePasswordSet: certificate.trustStorePassword !== null,
    },
    httpBasic: {
      enabled: httpBasic.enabled,
      username: httpBasic.username,
      passwordSet: httpBasic.password !== null,
    },
    oauth2: {
      enabled: oauth2.enabled,
      tokenUri: oauth2.tokenUri,
      clientId: oauth2.clientId,
      clientSecretSet: oauth2.clientSecret !== null,
      scope: oauth2.scope,
    },
  }
}

type Credentials = Pick<CallbackDestination, 'basic' | 'oauth2' | 'clientCertificate' | 'trustedRoots'>

/** What the sender of callbacks needs of it; what is switched off is left out. */
export function credentialsOf({ certificate, httpBasic, oauth2 }: StoredAuthentication): Credentials {
  const { keyStoreContent, trustStoreContent } = certificate
  const passphrase = certificate.keyPassword ?? certificate.keyStorePassword
  return {
    ...(httpBasic.enabled ? { basic: { user: httpBasic.username ?? '', password: httpBasic.password ?? '' } } : {}),
    ...(oauth2.enabled
      ? {
          oauth2: {
            tokenUri: oauth2.tokenUri ?? '',
            clientId: oauth2.clientId ?? '',
            clientSecret: oauth2.clientSecret ?? '',
            ...(oauth2.scope ? { scope: oauth2.scope } : {}),
          },
        }
      : {}),
    ...(certificate.enabled && keyStoreContent
      ? { clientCertificate: { pfx: fromBase64(keyStoreContent), ...(passphrase ? { passphrase } : {}) } }
      : {}),
    ...(certificate.useCustomTrustStore && trustStoreContent
      ? { trustedRoots: Buffer.from(fromBase64(trustStoreContent)).toString('utf8') }
      : {}),
  }
}

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
