/**
 * The biometry factor's key behind the system's prompt: an authenticator of the platform computes a secret for this
 * origin once the person was verified (WebAuthn Level 3 §10.1.4, the `prf` extension), and the key lies under it.
 */
import type { BiometryStore } from '../authentication.ts'
import { PowerAuthError } from '../power-auth-error.ts'
import type { IndexedDbPlatform } from './indexed-db-storage.ts'
import { objectStore } from './object-store.ts'
import { isSealed, type Sealed, type SealingCrypto, seal, unseal } from './sealed.ts'

export interface WebAuthnBiometryOptions extends IndexedDbPlatform {
  readonly credentials: Pick<CredentialsContainer, 'create' | 'get'>
  /** How the prompt names the application and the person; the identifier of the relying party is the origin's domain. */
  readonly application: string
  readonly person: string
  /** The database's name, one for each activation. */
  readonly name?: string
}

interface Stored {
  readonly credentialId: Uint8Array<ArrayBuffer>
  readonly salt: Uint8Array<ArrayBuffer>
  readonly sealed: Sealed
}

const ENTRY = 'biometry'
const TIMEOUT_MS = 60_000
const ES256 = -7 // RFC 9053 §2.1; the credential's own signatures are not used
const RS256 = -257 // RFC 8812 §2, for authenticators that have nothing else

/** Whether this origin has an authenticator that verifies people and may know `prf`; some tell only when asked for it. */
export async function findWebAuthnPrf(global: {
  readonly PublicKeyCredential?: typeof PublicKeyCredential
}): Promise<boolean> {
  const { PublicKeyCredential: type } = global
  if (type === undefined) return false
  const capabilities = await type.getClientCapabilities?.().catch(() => undefined)
  if (capabilities?.['extension:prf'] === false) return false
  return type.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false)
}

/** `save` and `load` ask the person; they reject with `biometry_refused` or `biometry_unavailable`. */
export function webAuthnBiometry(options: WebAuthnBiometryOptions): BiometryStore {
  const { crypto, credentials, name = 'powerauth-biometry' } = options
  const store = objectStore(options.indexedDB, name)
  return {
    async save(key) {
      const salt = crypto.getRandomValues(new Uint8Array(32))
      const { credentialId, secret } = await register(options, salt)
      const output = secret ?? (await evaluate(credentials, crypto, credentialId, salt))
      const sealed = await seal(crypto, await sealingKey(crypto, output), name, key)
      await store.put({ [ENTRY]: { credentialId, salt, sealed } satisfies Stored })
    },
    async load() {
      const stored = await store.get(ENTRY)
      if (stored === undefined) return undefined
      if (!isStored(stored)) throw new PowerAuthError('storage_unreadable')
      const output = await evaluate(credentials, crypto, stored.credentialId, stored.salt)
      try {
        return await unseal(crypto, await sealingKey(crypto, output), name, stored.sealed)
      } catch (cause) {
        throw new PowerAuthError('storage_unreadable', 'The biometry key does not open', { cause })
      }
    },
    clear: () => store.clear(),
  }
}

/** A new credential. Some authenticators evaluate at once, others only when they are asked again. */
async function register(
  { credentials, crypto, application, person }: WebAuthnBiometryOptions,
  salt: Uint8Array<ArrayBuffer>,
): Promise<{ credentialId: Uint8Array<ArrayBuffer>; secret: Uint8Array<ArrayBuffer> | undefined }> {
  const created = await asking(() =>
    credentials.create({
      publicKey: {
        rp: { name: application },
        user: { id: crypto.getRandomValues(new Uint8Array(16)), name: person, displayName: person },
        challenge: crypto.getRandomValues(new Uint8Array(32)), // nobody verifies an attestation here
        pubKeyCredParams: [ES256, RS256].map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: { authenticatorAttachment: 'platform', userVerification: 'required' },
        extensions: { prf: { eval: { first: salt } } },
        timeout: TIMEOUT_MS,
      },
    }),
  )
  const { prf } = created.getClientExtensionResults()
  if (prf?.enabled !== true) throw new PowerAuthError('biometry_unavailable')
  return { credentialId: new Uint8Array(created.rawId), secret: bytesOf(prf.results?.first) }
}

/** The secret of this credential for this salt: 32 bytes. */
async function evaluate(
  credentials: Pick<CredentialsContainer, 'get'>,
  crypto: SealingCrypto,
  credentialId: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const asserted = await asking(() =>
    credentials.get({
      publicKey: {
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        allowCredentials: [{ type: 'public-key', id: credentialId }],
        userVerification: 'required',
        extensions: { prf: { eval: { first: salt } } },
        timeout: TIMEOUT_MS,
      },
    }),
  )
  const secret = bytesOf(asserted.getClientExtensionResults().prf?.results?.first)
  if (secret === undefined) throw new PowerAuthError('biometry_unavailable')
  return secret
}

async function asking(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await ask()
    if (credential instanceof PublicKeyCredential) return credential
  } catch (cause) {
    // WebAuthn Level 3 §14.5.1: refusal, timeout and an unknown credential are one error on purpose.
    const refused = cause instanceof DOMException && ['NotAllowedError', 'AbortError'].includes(cause.name)
    throw new PowerAuthError(refused ? 'biometry_refused' : 'biometry_unavailable', undefined, { cause })
  }
  throw new PowerAuthError('biometry_unavailable')
}

/** The authenticator's secret is a key to derive from (RFC 5869), not one to encrypt with. */
async function sealingKey({ subtle }: SealingCrypto, secret: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const material = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  secret.fill(0)
  const info = new TextEncoder().encode('powerauth-sdk/webauthn-biometry/v1')
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  return subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

function bytesOf(source: BufferSource | undefined): Uint8Array<ArrayBuffer> | undefined {
  if (source === undefined) return undefined
  const view = ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : source
  return new Uint8Array(view)
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null) return false
  if (!('credentialId' in value && 'salt' in value && 'sealed' in value)) return false
  return value.credentialId instanceof Uint8Array && value.salt instanceof Uint8Array && isSealed(value.sealed)
}
