import { createPublicKey } from 'node:crypto'
import { MobileToken } from '@cloudsigner/mobile-token-sdk'
import { readApproval, readDeviceKeyBinding } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/powerauth-protocol/node'
import { memoryStorage, PowerAuth, possessionWithPassword } from '@cloudsigner/powerauth-sdk'

export interface CloudPhoneOptions {
  readonly mobileSdkConfig: string
  readonly url: string
  readonly pin: string
  readonly fetch: typeof globalThis.fetch
}

/** A phone of Cloud mode in the hand of somebody who knows its PIN: it pins its key, and approves. */
export class CloudPhone {
  readonly #powerAuth: PowerAuth
  readonly #pin: string
  readonly #mobileToken: MobileToken

  private constructor(powerAuth: PowerAuth, pin: string) {
    this.#powerAuth = powerAuth
    this.#pin = pin
    this.#mobileToken = new MobileToken({ powerAuth })
  }

  static async open({ mobileSdkConfig, url, pin, fetch }: CloudPhoneOptions): Promise<CloudPhone> {
    const powerAuth = await PowerAuth.open({
      ...{ mobileSdkConfig, baseUrl: url, storage: memoryStorage(), crypto: nodeCrypto, fetch },
      clock: { now: () => new Date() },
    })
    return new CloudPhone(powerAuth, pin)
  }

  async activate(code: string): Promise<{ readonly activationId: string }> {
    const activation = await this.#powerAuth.createActivation({ code, name: 'phone', platform: 'hw' })
    await this.#powerAuth.persistActivation({ password: this.#pin })
    return activation
  }

  status() {
    return this.#powerAuth.fetchActivationStatus()
  }

  /** SubjectPublicKeyInfo of the device key, DER. */
  get devicePublicKey(): Uint8Array {
    const point = Buffer.from(this.#powerAuth.devicePublicKey)
    const half = (point.length - 1) / 2
    const [x, y] = [point.subarray(1, 1 + half), point.subarray(1 + half)].map((each) => each.toString('base64url'))
    const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, format: 'jwk' })
    return new Uint8Array(key.export({ format: 'der', type: 'spki' }))
  }

  /** DER ECDSA over a DeviceKeyBinding; throws for anything else. */
  signBinding(der: Uint8Array): Promise<Uint8Array> {
    readDeviceKeyBinding(der)
    return this.#sign(der)
  }

  /** DER ECDSA over an Approval; throws for anything else. */
  signApproval(der: Uint8Array): Promise<Uint8Array> {
    readApproval(der)
    return this.#sign(der)
  }

  /** Approves the operation as it is shown. */
  async approve(operationId: string): Promise<void> {
    const operation = await this.#mobileToken.detail(operationId)
    await this.#mobileToken.authorize(operation, possessionWithPassword(this.#pin))
  }

  #sign(data: Uint8Array): Promise<Uint8Array> {
    return this.#powerAuth.signWithDevicePrivateKey(possessionWithPassword(this.#pin), data)
  }
}
