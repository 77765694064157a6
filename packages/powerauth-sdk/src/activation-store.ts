/** The one activation of the device, in memory and in its storage. */
import { type ActivationRecord, decodeRecord, encodeRecord } from './activation-record.ts'
import { Exclusive } from './exclusive.ts'
import { PowerAuthError } from './power-auth-error.ts'
import type { StateStorage } from './state-storage.ts'

export class ActivationStore {
  readonly #storage: StateStorage
  readonly #changes = new Exclusive()
  #record: ActivationRecord | undefined

  private constructor(storage: StateStorage, record: ActivationRecord | undefined) {
    this.#storage = storage
    this.#record = record
  }

  /** Throws `storage_unreadable`, also where the stored activation is another application's. */
  static async open(storage: StateStorage, applicationKey: string): Promise<ActivationStore> {
    const bytes = await storage.load()
    const record = bytes === undefined ? undefined : decodeRecord(bytes)
    bytes?.fill(0)
    if (record !== undefined && record.applicationKey !== applicationKey) {
      throw new PowerAuthError('storage_unreadable', 'The stored activation belongs to another application')
    }
    return new ActivationStore(storage, record)
  }

  find(): ActivationRecord | undefined {
    return this.#record
  }

  /** Throws `activation_missing`. */
  get(): ActivationRecord {
    if (this.#record === undefined) throw new PowerAuthError('activation_missing')
    return this.#record
  }

  /** Fulfils when the storage holds it. Where it can not, nothing has changed. */
  async put(record: ActivationRecord): Promise<void> {
    const bytes = encodeRecord(record)
    try {
      await this.#storage.save(bytes)
    } finally {
      bytes.fill(0)
    }
    this.#record = record
  }

  /** Changes members, one call after the other: a counter must never be overwritten by an older one. */
  change(change: Partial<ActivationRecord> | ((record: ActivationRecord) => Partial<ActivationRecord>)): Promise<void> {
    return this.#changes.run(async () => {
      const record = this.get()
      await this.put({ ...record, ...(typeof change === 'function' ? change(record) : change) })
    })
  }

  async clear(): Promise<void> {
    await this.#storage.clear()
    const record = this.#record
    this.#record = undefined
    for (const value of Object.values(record ?? {})) if (value instanceof Uint8Array) value.fill(0)
  }
}
