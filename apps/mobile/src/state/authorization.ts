/** The person proves themselves, once, for one deed: by PIN or, where it is set up and allowed, by biometry. */
import { type Authentication, possessionWithBiometry, possessionWithPassword } from '@cloudsigner/powerauth-sdk'
import { signal } from '@preact/signals'
import type { Session } from './session.ts'
import { type Trouble, troubleOf } from './trouble.ts'

export interface Deed<T> {
  /** What is about to happen, in the person's language. */
  readonly title: string
  readonly detail?: string
  readonly biometryAllowed: boolean
  readonly perform: (authentication: Authentication) => Promise<T>
}

export interface PendingDeed {
  readonly title: string
  readonly detail: string | undefined
  readonly biometryOffered: boolean
  readonly state: 'asking' | 'performing'
  readonly fault: { readonly trouble: Trouble; readonly remainingAttempts: number | undefined } | undefined
}

const BIOMETRY = 'cloudsigner.biometry'

export class Authorization {
  /** What the dialog shows; undefined where nothing is asked. */
  readonly pending = signal<PendingDeed | undefined>(undefined)
  readonly biometrySetUp = signal(false)
  readonly #session: Session
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  #answer: ((authentication: Authentication | undefined) => void) | undefined

  constructor(session: Session, storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {
    this.#session = session
    this.#storage = storage
    this.biometrySetUp.value = storage.getItem(BIOMETRY) !== null
  }

  /** Remembers whether biometry is set up: its store tells only by asking the person. */
  setBiometry(setUp: boolean): void {
    if (setUp) this.#storage.setItem(BIOMETRY, 'yes')
    else this.#storage.removeItem(BIOMETRY)
    this.biometrySetUp.value = setUp
  }

  /**
   * Asks until the deed is done, the person gives up (undefined), or something else than a wrong PIN happens (throws).
   */
  async perform<T>(deed: Deed<T>): Promise<T | undefined> {
    const { title, detail, biometryAllowed } = deed
    const shown = { title, detail, biometryOffered: biometryAllowed && this.biometrySetUp.value }
    let fault: PendingDeed['fault']
    try {
      for (;;) {
        this.pending.value = { ...shown, state: 'asking', fault }
        const authentication = await this.#ask()
        if (authentication === undefined) return undefined
        this.pending.value = { ...shown, state: 'performing', fault: undefined }
        try {
          return await deed.perform(authentication)
        } catch (error) {
          fault = await this.#faultOf(error)
        }
      }
    } finally {
      this.pending.value = undefined
    }
  }

  enterPin(pin: string): void {
    this.#answer?.(possessionWithPassword(pin))
  }

  chooseBiometry(): void {
    this.#answer?.(possessionWithBiometry())
  }

  giveUp(): void {
    this.#answer?.(undefined)
  }

  #ask(): Promise<Authentication | undefined> {
    return new Promise((resolve) => {
      this.#answer = resolve
    })
  }

  /** What the person may try again after; throws what they may not. */
  async #faultOf(error: unknown): Promise<PendingDeed['fault']> {
    const trouble = troubleOf(error)
    if (trouble === 'biometry_refused') return { trouble, remainingAttempts: undefined }
    if (trouble !== 'wrong_pin') throw error
    const { state, remainingAttempts } = await this.#session.phone.powerAuth.fetchActivationStatus()
    if (state === 'ACTIVE') return { trouble, remainingAttempts }
    await this.#session.refresh()
    throw error
  }
}
