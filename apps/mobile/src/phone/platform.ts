/** What the app takes from the browser, named once. */
import type { Clock } from '@cloudsigner/powerauth-sdk'

export interface Platform {
  readonly fetch: typeof globalThis.fetch
  readonly crypto: Crypto
  readonly indexedDB: IDBFactory
  readonly localStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  readonly credentials: CredentialsContainer
  readonly clock: Clock
  /** The app's own origin: bank and PowerAuth answer there too (docs/decisions/0009). */
  readonly origin: string
}

export function browserPlatform(window: Window & typeof globalThis): Platform {
  return {
    fetch: window.fetch.bind(window),
    crypto: window.crypto,
    indexedDB: window.indexedDB,
    localStorage: window.localStorage,
    credentials: window.navigator.credentials,
    clock: { now: () => new Date() },
    origin: window.location.origin,
  }
}
