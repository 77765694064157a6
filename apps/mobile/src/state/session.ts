/** Which part of its life the app is in, from the first start to the phone's removal. */
import { OrchestratorApiError } from '@cloudsigner/clients/orchestrator'
import { PowerAuthError } from '@cloudsigner/powerauth-sdk'
import { signal } from '@preact/signals'
import { AppPhone } from '../phone/app-phone.ts'
import type { Platform } from '../phone/platform.ts'
import { findSigner, type Signer } from '../phone/signer.ts'
import { type Trouble, troubleOf } from './trouble.ts'

export type Phase =
  | { readonly kind: 'starting' }
  /** The bank did not answer; the app tries again when it is asked to. */
  | { readonly kind: 'unavailable'; readonly trouble: Trouble }
  /** Another tab has the activation: two would use one counter twice. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'welcome' }
  /** Keys are exchanged, nothing is stored yet. */
  | { readonly kind: 'choose_pin'; readonly fingerprint: string }
  /** The bank has not confirmed the activation yet. */
  | { readonly kind: 'confirm'; readonly fingerprint: string | undefined }
  | { readonly kind: 'enrol' }
  | { readonly kind: 'ready'; readonly signer: Signer }
  | { readonly kind: 'blocked' }
  | { readonly kind: 'removed' }

const FINGERPRINT = 'cloudsigner.fingerprint'
const LOCK = 'cloudsigner-activation'

export class Session {
  readonly phase = signal<Phase>({ kind: 'starting' })
  readonly #platform: Platform
  readonly #memory: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  readonly #locks: LockManager | undefined
  #phone: AppPhone | undefined
  #alone = false

  constructor(platform: Platform, window: Pick<Window, 'localStorage' | 'navigator'>) {
    this.#platform = platform
    this.#memory = window.localStorage
    this.#locks = window.navigator.locks
  }

  /** Of phases after `starting`. */
  get phone(): AppPhone {
    if (this.#phone === undefined) throw new Error('The phone is not open yet')
    return this.#phone
  }

  async start(): Promise<void> {
    this.phase.value = { kind: 'starting' }
    this.#alone ||= await this.#holdAlone()
    if (!this.#alone) {
      this.phase.value = { kind: 'elsewhere' }
      return
    }
    await this.refresh()
  }

  /** Asks PowerAuth and the bank where this phone stands. */
  async refresh(): Promise<void> {
    try {
      this.#phone ??= await AppPhone.open(this.#platform)
      this.phase.value = await this.#phaseOf(this.#phone)
    } catch (error) {
      // While the bank's confirmation is waited for, the next question comes by itself.
      if (this.phase.value.kind === 'confirm' && troubleOf(error) === 'offline') return
      const removed = error instanceof PowerAuthError && ['activation_removed', 'counter_deadlock'].includes(error.code)
      this.phase.value = removed ? { kind: 'removed' } : { kind: 'unavailable', trouble: troubleOf(error) }
    }
  }

  exchanged(fingerprint: string): void {
    this.phase.value = { kind: 'choose_pin', fingerprint }
  }

  /** Stores the exchanged keys under the PIN. The fingerprint is no secret, and is kept to be compared. */
  async persist(password: string, fingerprint: string): Promise<void> {
    await this.phone.powerAuth.persistActivation({ password })
    this.#memory.setItem(FINGERPRINT, fingerprint)
    this.phase.value = { kind: 'confirm', fingerprint }
  }

  /** Forgets everything here, whatever the server thinks. */
  async forget(): Promise<void> {
    await this.phone.powerAuth.removeActivationLocal()
    this.#memory.removeItem(FINGERPRINT)
    this.phase.value = { kind: 'welcome' }
  }

  async #phaseOf(phone: AppPhone): Promise<Phase> {
    const { powerAuth } = phone
    if (!powerAuth.hasActivation) return { kind: 'welcome' }
    const { state } = await powerAuth.fetchActivationStatus()
    if (state === 'REMOVED') return { kind: 'removed' }
    if (state === 'BLOCKED') return { kind: 'blocked' }
    if (state !== 'ACTIVE') {
      return { kind: 'confirm', fingerprint: this.#memory.getItem(FINGERPRINT) ?? undefined }
    }
    const signer = await findSigner(phone)
    return signer === undefined ? { kind: 'enrol' } : { kind: 'ready', signer }
  }

  /** Held until the tab is closed. */
  #holdAlone(): Promise<boolean> {
    const locks = this.#locks
    if (locks === undefined) return Promise.resolve(true)
    return new Promise((resolve) => {
      void locks.request(LOCK, { ifAvailable: true }, (lock) => {
        resolve(lock !== null)
        return lock === null ? undefined : new Promise(() => undefined)
      })
    })
  }
}

/** Whether the bank says that there is no such thing. */
export const isUnknown = (error: unknown): boolean => error instanceof OrchestratorApiError && error.status === 404
