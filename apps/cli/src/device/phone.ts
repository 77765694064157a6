/** A phone in the hand of somebody who knows its PIN: the SDK, and what an app around it does. */
import { createPhoneClient, type PhoneClient } from '@cloudsigner/clients/orchestrator'
import type { CloudKeyAlgorithm, SignerMode } from '@cloudsigner/contracts/cloud-mode'
import type { PhoneDocument, PhoneSigner } from '@cloudsigner/contracts/orchestrator'
import { MobileToken, type Operation } from '@cloudsigner/mobile-token-sdk'
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
import { DocumentRefused } from './document-refused.ts'
import { requireOwnBinding, requireOwnOperation } from './own-approval.ts'
import { type KnownCertificates, memoryCertificates, requireOwnKey } from './own-certificate.ts'
import { originalOf, type ReviewedDocument, reviewDocument } from './review-document.ts'
import { inspectSignedAttributes } from './signed-attributes.ts'

export interface PhoneOptions {
  readonly mobileSdkConfig: string
  /** What precedes `/pa/v3` on PowerAuth's public API. */
  readonly url: string
  /** Needed by what the person confirms: activate, csr, sign, remove, and what a bank's app sends. */
  readonly pin?: string
  /** In memory where absent. */
  readonly storage?: StateStorage
  /** Certificates that this phone knows; in memory where absent. */
  readonly certificates?: KnownCertificates
  readonly fetch?: typeof globalThis.fetch
  readonly clock?: { now(): Date }
}

export interface Enrolment {
  /** External is the default: the key stays in the phone's vault. Cloud: the signer keeps it. */
  readonly mode?: SignerMode
  /** Cloud mode: kind of the key; EC_P256 where absent. */
  readonly keyAlgorithm?: CloudKeyAlgorithm
}

export class Phone {
  readonly #powerAuth: PowerAuth
  readonly #pin: string | undefined
  readonly #certificates: KnownCertificates
  readonly #fetch: typeof globalThis.fetch
  readonly #clock: { now(): Date }

  private constructor(
    powerAuth: PowerAuth,
    options: Omit<PhoneOptions, 'clock'> & Required<Pick<PhoneOptions, 'clock'>>,
  ) {
    this.#powerAuth = powerAuth
    this.#pin = options.pin
    this.#certificates = options.certificates ?? memoryCertificates()
    this.#fetch = options.fetch ?? globalThis.fetch
    this.#clock = options.clock
  }

  static async open(options: PhoneOptions): Promise<Phone> {
    const clock = options.clock ?? { now: () => new Date() }
    const powerAuth = await PowerAuth.open({
      mobileSdkConfig: options.mobileSdkConfig,
      baseUrl: options.url,
      storage: options.storage ?? memoryStorage(),
      crypto: nodeCrypto,
      fetch: options.fetch ?? globalThis.fetch,
      clock,
    })
    return new Phone(powerAuth, { ...options, clock })
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

  /** What the bank's app does the first time: a certificate for this phone's key, or for one that the signer makes. */
  async enrol(orchestratorUrl: string, { mode = 'EXTERNAL', keyAlgorithm }: Enrolment = {}): Promise<PhoneSigner> {
    const bank = this.bank(orchestratorUrl)
    if (mode === 'CLOUD') return this.#enrolInCloud(bank, keyAlgorithm)
    const { subject } = await bank.getSubject()
    const signer = await bank.enrol(await this.csr(fromBase64(subject)))
    requireOwnKey(fromBase64(signer.certificate), publicKeyInfo(this.#powerAuth.devicePublicKey))
    await this.#certificates.add(fromBase64(signer.certificate))
    return signer
  }

  /** The certificate of the answer is the one whose key this phone will release, and no other. */
  async #enrolInCloud(bank: PhoneClient, keyAlgorithm: CloudKeyAlgorithm | undefined): Promise<PhoneSigner> {
    const { challengeId, toBeSigned } = await bank.createEnrolChallenge()
    const binding = fromBase64(toBeSigned)
    requireOwnBinding(binding, this.#ownId())
    const signer = await bank.enrolInCloud({
      challengeId,
      devicePublicKey: toBase64(publicKeyInfo(this.#powerAuth.devicePublicKey)),
      signature: toBase64(await this.#signature(binding)),
      ...(keyAlgorithm && { keyAlgorithm }),
    })
    await this.#certificates.add(fromBase64(signer.certificate))
    return signer
  }

  /** Fetches a document and finds out by itself what a signature would be over. Throws DocumentRefused. */
  review(orchestratorUrl: string, documentId: string): Promise<ReviewedDocument> {
    return reviewDocument(this.bank(orchestratorUrl), documentId, {
      activationId: this.#ownId(),
      subjectPublicKeyInfo: publicKeyInfo(this.#powerAuth.devicePublicKey),
      certificates: this.#certificates,
      now: this.#clock.now(),
    })
  }

  /** The operation of a reviewed document of Cloud mode, held against it; null in External mode. Throws DocumentRefused. */
  async operationOf(reviewed: ReviewedDocument): Promise<Operation | null> {
    if (reviewed.operationId === null) return null
    const operation = await this.mobileToken().detail(reviewed.operationId)
    requireOwnOperation(operation, reviewed.toBeSigned, originalOf(reviewed))
    return operation
  }

  /**
   * The person says yes to a document that was shown to them. In Cloud mode the operation is approved first: one that was
   * approved before the phone lost its way needs no second approval.
   */
  async signDocument(orchestratorUrl: string, reviewed: ReviewedDocument): Promise<PhoneDocument> {
    const { document, toBeSigned, operationId } = reviewed
    const operation = await this.operationOf(reviewed)
    if (operation?.status === 'PENDING') {
      await this.mobileToken().authorize(operation, possessionWithPassword(this.#password()))
    } else if (operation !== null && operation.status !== 'APPROVED') throw new DocumentRefused('operation_ended')
    const signature = toBase64(await this.#signature(toBeSigned))
    return this.bank(orchestratorUrl).signDocument(document.documentId, signature, operationId ?? undefined)
  }

  /** At the server, and here. */
  remove(): Promise<void> {
    return this.#powerAuth.removeActivation(possessionWithPassword(this.#password()))
  }

  /** Here alone: for an activation that the server does not know any more. */
  forget(): Promise<void> {
    return this.#powerAuth.removeActivationLocal()
  }

  #ownId(): string {
    if (this.activationId === undefined) throw new Error('This needs an activation')
    return this.activationId
  }

  #signature(data: Uint8Array): Promise<Uint8Array> {
    return this.#powerAuth.signWithDevicePrivateKey(possessionWithPassword(this.#password()), data)
  }

  #password(): string {
    if (this.#pin === undefined) throw new Error('This needs the PIN')
    return this.#pin
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}

/** SubjectPublicKeyInfo (RFC 5480 §2): id-ecPublicKey, secp256r1, the uncompressed point. */
function publicKeyInfo(point: Uint8Array): Uint8Array {
  const algorithm = encodeDer(0x30, encodeOid('1.2.840.10045.2.1'), encodeOid('1.2.840.10045.3.1.7'))
  return encodeDer(0x30, algorithm, encodeDer(0x03, Uint8Array.of(0), point))
}
