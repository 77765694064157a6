/** Which certificate came with this phone's enrolment: in Cloud mode its key is elsewhere, so that the phone remembers it. */
import { toHex } from '@cloudsigner/pki'

const KEY = 'cloudsigner.certificate'

export class CertificatePin {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  readonly #sha256: (bytes: Uint8Array) => Uint8Array

  constructor(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>, sha256: (bytes: Uint8Array) => Uint8Array) {
    this.#storage = storage
    this.#sha256 = sha256
  }

  set(certificateDer: Uint8Array): void {
    this.#storage.setItem(KEY, toHex(this.#sha256(certificateDer)))
  }

  matches(certificateDer: Uint8Array): boolean {
    return this.#storage.getItem(KEY) === toHex(this.#sha256(certificateDer))
  }

  forget(): void {
    this.#storage.removeItem(KEY)
  }
}
