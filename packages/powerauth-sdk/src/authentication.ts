/** With which factors a call is authenticated. Possession is always among them. */
export type Authentication =
  | { readonly type: 'possession' }
  | { readonly type: 'possession_knowledge'; readonly password: string }
  | { readonly type: 'possession_biometry' }

export function possession(): Authentication {
  return { type: 'possession' }
}

/** The PIN or password of the person. It is used for this call and kept nowhere. */
export function possessionWithPassword(password: string): Authentication {
  return { type: 'possession_knowledge', password }
}

/** The biometry store of the configuration is asked for its key, and may ask the person. */
export function possessionWithBiometry(): Authentication {
  return { type: 'possession_biometry' }
}

/** Where the biometry factor's key lies: on a phone behind the system's prompt. It is opaque to the store. */
export interface BiometryStore {
  save(key: Uint8Array): Promise<void>
  /** Undefined where none is kept; rejects where the person refuses. */
  load(): Promise<Uint8Array | undefined>
  clear(): Promise<void>
}
