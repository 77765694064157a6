/** A phone in the hand of somebody who knows its PIN: the SDK, and what an app around it does. */
import { createPhoneClient, type PhoneClient } from '@cloudsigner/clients/orchestrator'
import { MobileToken } from '@cloudsigner/mobile-token-sdk'
import {
  assembleCertificationRequest,
  buildCertificationRequestInfo,
  derToPem,
  encodeDer,
  encodeOid,
  type Name,
  nameFromString,
  parseName,
} from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/powerauth-protocol/node'
import {
  type ActivationStatusView,
  memoryStorage,
  PowerAuth,
  possession,
  possessionWithPassword,
  type StateStorage,
} from '@cloudsigner/powerauth-sdk'
import { inspectSignedAttributes } from './signed-attributes.ts'

export interface PhoneOptions {
  readonly mobileSdkConfig: string
  /** What precedes `/pa/v3` on PowerAuth's public API. */
  readonly url: string
  /** Needed by what the person confirms: activate, csr, sign, remove, and what a bank's app sends. */
  readonly pin?: string
  /** In memory where absent. */
  readonly storage?: StateStorage
  readonly fetch?: typeof globalThis.fetch
  readonly clock?: { now(): Date }
}

export class Phone {
  readonly #powerAuth: PowerAuth
  readonly #pin: string | undefined
  readonly #fetch: typeof globalThis.fetch

  private constructor(powerAuth: PowerAuth, pin: string | undefined, fetch: typeof globalThis.fetch) {
    this.#powerAuth = powerAuth
    this.#pin = pin
    this.#fetch = fetch
  }

  static async open(options: PhoneOptions): Promise<Phone> {
    const fetch = options.fetch ?? globalThis.fetch
    const powerAuth = await PowerAuth.open({
      mobileSdkConfig: options.mobileSdkConfig,
      baseUrl: options.url,
      storage: options.storage ?? memoryStorage(),
      crypto: nodeCrypto,
      fetch,
      clock: options.clock ?? { now: () => new Date() },
    })
    return new Phone(powerAuth, options.pin, fetch)
  }

  get activationId(): string | undefined {
    return this.#powerAuth.activationId
  }

  /** The code, or the QR code's text `CODE#SIGNATURE`. The bank commits after the fingerprints were compared. */
  async activate(
    code: string,
    more: { readonly name?: string; readonly deviceInfo?: string; readonly otp?: string } = {},
  ): Promise<{ activationId: string; fingerprint: string }> {
    const { name = 'CloudSigner phone', ...others } = more
    const password = this.#password()
    const activation = await this.#powerAuth.createActivation({ code, name, platform: 'hw', ...others })
    await this.#powerAuth.persistActivation({ password })
    return activation
  }

  status(): Promise<ActivationStatusView> {
    return this.#powerAuth.fetchActivationStatus()
  }

  /** A PKCS #10 request for the device's key, PEM. The subject is RFC 4514 text, or the DER of a Name. */
  async csr(subject: string | Uint8Array): Promise<string> {
    const name: Name = typeof subject === 'string' ? nameFromString(subject) : parseName(subject)
    const subjectPublicKeyInfo = publicKeyInfo(this.#powerAuth.devicePublicKey)
    const info = buildCertificationRequestInfo({ subject: name, subjectPublicKeyInfo })
    return derToPem(assembleCertificationRequest(info, await this.#signature(info)), 'CERTIFICATE REQUEST')
  }

  /** DER ECDSA over signed attributes; anything else is refused before the vault is asked. */
  async sign(signedAttributes: Uint8Array): Promise<Uint8Array> {
    inspectSignedAttributes(signedAttributes)
    return this.#signature(signedAttributes)
  }

  /** The bank's API for its app: reading with the phone alone, changing with the PIN. */
  bank(orchestratorUrl: string): PhoneClient {
    return createPhoneClient({
      baseUrl: orchestratorUrl,
      fetch: this.#fetch,
      authorize: async ({ method, uriId, body }) => {
        const authentication = method === 'GET' ? possession() : possessionWithPassword(this.#password())
        return this.#powerAuth.authenticationHeader(authentication, { method, uriId, body })
      },
    })
  }

  /** Operations that wait for this phone; `language` as Accept-Language has it. */
  mobileToken(language?: string): MobileToken {
    return new MobileToken({ powerAuth: this.#powerAuth, ...(language !== undefined && { language }) })
  }

  /** What the bank's app does the first time: asks for the subject, and enrols a request for it. */
  async enrol(orchestratorUrl: string): Promise<string> {
    const bank = this.bank(orchestratorUrl)
    const { subject } = await bank.getSubject()
    const csr = await this.csr(new Uint8Array(Buffer.from(subject, 'base64')))
    await bank.enrol(csr)
    return csr
  }

  /** At the server, and here. */
  remove(): Promise<void> {
    return this.#powerAuth.removeActivation(possessionWithPassword(this.#password()))
  }

  /** Here alone: for an activation that the server does not know any more. */
  forget(): Promise<void> {
    return this.#powerAuth.removeActivationLocal()
  }

  #signature(data: Uint8Array): Promise<Uint8Array> {
    return this.#powerAuth.signWithDevicePrivateKey(possessionWithPassword(this.#password()), data)
  }

  #password(): string {
    if (this.#pin === undefined) throw new Error('This needs the PIN')
    return this.#pin
  }
}

/** SubjectPublicKeyInfo (RFC 5480 §2): id-ecPublicKey, secp256r1, the uncompressed point. */
function publicKeyInfo(point: Uint8Array): Uint8Array {
  const algorithm = encodeDer(0x30, encodeOid('1.2.840.10045.2.1'), encodeOid('1.2.840.10045.3.1.7'))
  return encodeDer(0x30, algorithm, encodeDer(0x03, Uint8Array.of(0), point))
}
