/** The phone in the person's hand: PowerAuth, the bank's API and the operations, as one thing that the screens use. */
import { createPhoneClient, fetchMobileApplication, type PhoneClient } from '@cloudsigner/clients/orchestrator'
import { MobileToken } from '@cloudsigner/mobile-token-sdk'
import type { CryptoProvider } from '@cloudsigner/pki'
import { browserCrypto } from '@cloudsigner/pki/browser'
import { type Authentication, type BiometryStore, PowerAuth, possession, webCrypto } from '@cloudsigner/powerauth-sdk'
import { indexedDbStorage, webAuthnBiometry } from '@cloudsigner/powerauth-sdk/browser'
import { CertificatePin } from './certificate-pin.ts'
import type { Platform } from './platform.ts'

export type PhoneDocument = Awaited<ReturnType<PhoneClient['getDocument']>>
export type PhoneSigner = Awaited<ReturnType<PhoneClient['getSigner']>>
export type FileAnswer = Awaited<ReturnType<PhoneClient['downloadDocument']>>

/** Name of the token that lists, documents and details are asked for with; the Mobile Token SDK's own. */
const TOKEN_NAME = 'possession_universal'

export class AppPhone {
  readonly powerAuth: PowerAuth
  readonly biometry: BiometryStore
  /** Hashes and verification for documents and certificates. */
  readonly crypto: CryptoProvider
  readonly pin: CertificatePin
  readonly #platform: Platform
  #token: Promise<void> | undefined

  private constructor(platform: Platform, powerAuth: PowerAuth, biometry: BiometryStore) {
    this.#platform = platform
    this.powerAuth = powerAuth
    this.biometry = biometry
    this.crypto = browserCrypto(platform.crypto)
    this.pin = new CertificatePin(platform.localStorage, (bytes) => this.crypto.digest('SHA-256', bytes))
  }

  /** Asks the bank what the app is made with, and opens what is kept here. */
  static async open(platform: Platform): Promise<AppPhone> {
    const { origin, fetch, indexedDB, crypto, credentials, clock } = platform
    const application = await fetchMobileApplication({ baseUrl: origin, fetch })
    const biometry = webAuthnBiometry({
      indexedDB,
      crypto,
      credentials,
      application: 'CloudSigner',
      person: 'CloudSigner',
    })
    const powerAuth = await PowerAuth.open({
      mobileSdkConfig: application.mobileSdkConfig,
      // The address that the bank gives is for apps from elsewhere; on this origin the same path leads there.
      baseUrl: origin + new URL(application.enrollmentServerUrl).pathname,
      storage: indexedDbStorage({ indexedDB, crypto }),
      crypto: webCrypto(crypto),
      fetch,
      clock,
      biometry,
    })
    return new AppPhone(platform, powerAuth, biometry)
  }

  get now(): Date {
    return this.#platform.clock.now()
  }

  /** The bank's API. Reading shows a token; without `authentication` nothing can be changed. */
  bank(authentication: Authentication = possession()): PhoneClient {
    const { origin, fetch } = this.#platform
    return createPhoneClient({
      baseUrl: origin,
      fetch,
      authorize: async ({ method, uriId, body }) => {
        if (method !== 'GET') return this.powerAuth.authenticationHeader(authentication, { method, uriId, body })
        await this.#ensureToken()
        return this.powerAuth.tokens.header(TOKEN_NAME)
      },
    })
  }

  mobileToken(language: string): MobileToken {
    return new MobileToken({ powerAuth: this.powerAuth, language })
  }

  /** A device signature: one vault unlock. */
  sign(authentication: Authentication, data: Uint8Array): Promise<Uint8Array> {
    return this.powerAuth.signWithDevicePrivateKey(authentication, data)
  }

  /** Two screens may ask at once; one token is enough. */
  async #ensureToken(): Promise<void> {
    if (this.powerAuth.tokens.has(TOKEN_NAME)) return
    this.#token ??= this.powerAuth.tokens.create(TOKEN_NAME, possession()).finally(() => {
      this.#token = undefined
    })
    await this.#token
  }
}
