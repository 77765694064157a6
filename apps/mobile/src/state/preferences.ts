/** How the app looks. Nothing here is about the person's affairs. */
import { signal } from '@preact/signals'

export const appearances = ['system', 'light', 'dark'] as const
export type Appearance = (typeof appearances)[number]

const KEY = 'cloudsigner.appearance'

export class Preferences {
  readonly appearance = signal<Appearance>('system')
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#storage = storage
    this.appearance.value = appearances.find((each) => each === storage.getItem(KEY)) ?? 'system'
  }

  setAppearance(appearance: Appearance): void {
    this.#storage.setItem(KEY, appearance)
    this.appearance.value = appearance
  }
}
