/** One object store of IndexedDB, by promises. A write fulfils when the browser says that the disk has it. */
export interface ObjectStore {
  get(key: string): Promise<unknown>
  /** All of them, or none. */
  put(entries: Readonly<Record<string, unknown>>): Promise<void>
  clear(): Promise<void>
}

const STORE = 'entries'

/** The database is made where it is missing, and opened anew for each call: another tab may remove it meanwhile. */
export function objectStore(factory: IDBFactory, databaseName: string): ObjectStore {
  async function run<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T> | undefined) {
    const database = await open(factory, databaseName)
    try {
      // Indexed Database API 3.0 §2.7.1: the default may report success before the disk has it.
      const transaction = database.transaction(STORE, mode, { durability: 'strict' })
      const request = use(transaction.objectStore(STORE))
      await completed(transaction)
      return request?.result
    } finally {
      database.close()
    }
  }
  return {
    get: (key) => run('readonly', (store) => store.get(key)),
    async put(entries) {
      await run('readwrite', (store) => {
        for (const [key, value] of Object.entries(entries)) store.put(value, key)
        return undefined
      })
    },
    async clear() {
      await run('readwrite', (store) => store.clear())
    },
  }
}

function open(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('The browser gave the transaction up'))
  })
}
