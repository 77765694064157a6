/**
 * Where the state of the one activation lies. The SDK hands over bytes in the clear: the storage encrypts them.
 * `save` fulfils only when the bytes would survive a crash, since a counter used twice locks a device out.
 */
export interface StateStorage {
  /** Undefined where nothing is stored. Rejects with `storage_unreadable`. */
  load(): Promise<Uint8Array | undefined>
  save(state: Uint8Array): Promise<void>
  clear(): Promise<void>
}

/** Forgets everything with the process: for tests and simulations. */
export function memoryStorage(): StateStorage {
  let stored: Uint8Array | undefined
  return {
    load: async () => stored?.slice(),
    save: async (state) => {
      stored = state.slice()
    },
    clear: async () => {
      stored = undefined
    },
  }
}
