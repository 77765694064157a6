/** The state of an activation in IndexedDB, under a key of WebCrypto that no script can read. */
import { PowerAuthError } from '../power-auth-error.ts'
import type { StateStorage } from '../state-storage.ts'
import { type ObjectStore, objectStore } from './object-store.ts'
import { isSealed, type SealingCrypto, seal, unseal } from './sealed.ts'

export interface IndexedDbPlatform {
  readonly indexedDB: IDBFactory
  readonly crypto: SealingCrypto
}

const KEY = 'key'
const STATE = 'state'

/**
 * `name` is the database's, one for each activation. The key is not extractable: whoever copies the database has to be
 * this browser to use it; a script of the page's own origin can use it, but not carry it away. `clear` destroys it.
 */
export function indexedDbStorage(platform: IndexedDbPlatform, name = 'powerauth-activation'): StateStorage {
  const { crypto } = platform
  const store = objectStore(platform.indexedDB, name)
  return {
    async load() {
      const [key, state] = [await store.get(KEY), await store.get(STATE)]
      if (key === undefined && state === undefined) return undefined
      if (!(key instanceof CryptoKey) || !isSealed(state)) throw unreadable()
      try {
        return await unseal(crypto, key, name, state)
      } catch (cause) {
        throw unreadable(cause)
      }
    },
    async save(state) {
      const key = await keyOf(store, crypto)
      await store.put({ [KEY]: key, [STATE]: await seal(crypto, key, name, state) })
    },
    clear: () => store.clear(),
  }
}

async function keyOf(store: ObjectStore, { subtle }: SealingCrypto): Promise<CryptoKey> {
  const known = await store.get(KEY)
  if (known instanceof CryptoKey) return known
  return subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

function unreadable(cause?: unknown): PowerAuthError {
  return new PowerAuthError('storage_unreadable', 'The state in the browser’s database does not open', { cause })
}
