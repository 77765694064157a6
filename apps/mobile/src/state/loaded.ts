/** Something that a screen asks a server for: on its way, there, or not to be had. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type Trouble, troubleOf } from './trouble.ts'

export type Loaded<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'there'; readonly value: T }
  | { readonly kind: 'failed'; readonly trouble: Trouble; readonly error: unknown }

/** Asks when the screen appears, and again when `key` is another or `reload` is called; what was there stays meanwhile. */
export function useLoaded<T>(key: string, load: () => Promise<T>): { state: Signal<Loaded<T>>; reload: () => void } {
  const state = useSignal<Loaded<T>>({ kind: 'loading' })
  const turn = useSignal(0)
  const reload = () => {
    const mine = ++turn.value
    load().then(
      (value) => {
        if (mine === turn.peek()) state.value = { kind: 'there', value }
      },
      (error) => {
        if (mine === turn.peek()) state.value = { kind: 'failed', trouble: troubleOf(error), error }
      },
    )
  }
  // biome's rule of exhaustive dependencies does not know that `key` stands for all that `load` closes over
  useEffect(() => {
    state.value = { kind: 'loading' }
    reload()
    return () => {
      turn.value++
    }
  }, [key])
  return { state, reload }
}
