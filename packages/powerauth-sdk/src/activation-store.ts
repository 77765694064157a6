/** The one activation of the device, in memory and in its storage. */
import { type ActivationRecord, decodeRecord, encodeRecord } from './activation-record.ts'
import { Exclusive } from './exclusive.ts'
import { PowerAuthError } from './power-auth-error.ts'
import type { StateStorage } from './state-storage.ts'

/** How a record becomes bytes and back. `decode` throws `storage_unreadable`. */
export interface RecordCodec<Stored> {
  encode(record: Stored): Uint8Array
  decode(bytes: Uint8Array): Stored
}

export class RecordStore<Stored extends { readonly applicationKey: string }> {
  readonly #codec: RecordCodec<Stored>
  readonly #storage: StateStorage
  readonly #changes = new Exclusive()
  #record: Stored | undefined

  private constructor(storage: StateStorage, codec: RecordCodec<Stored>, record: Stored | undefined) {
    this.#codec = codec
    this.#storage = storage
    this.#record = record
  }

  /** Throws `storage_unreadable`, also where the stored activation is another application's. */
  static async open<Stored extends { readonly applicationKey: string }>(
    storage: StateStorage,
    applicationKey: string,
    codec: RecordCodec<Stored>,
  ): Promise<RecordStore<Stored>> {
    const bytes = await storage.load()
    const record = bytes === undefined ? undefined : codec.decode(bytes)
    bytes?.fill(0)
    if (record !== undefined && record.applicationKey !== applicationKey) {
      throw new PowerAuthError('storage_unreadable', 'The stored activation belongs to another application')
    }
    return new RecordStore(storage, codec, record)
  }

  find(): Stored | undefined {
    return this.#record
  }

  /** Throws `activation_missing`. */
  get(): Stored {
    if (this.#record === undefined) throw new PowerAuthError('activation_missing')
    return this.#record
  }

  /** Fulfils when the storage holds it. Where it can not, nothing has changed. */
  async put(record: Stored): Promise<void> {
    const bytes = this.#codec.encode(record)
    try {
      await this.#storage.save(bytes)
    } finally {
      bytes.fill(0)
    }
    this.#record = record
  }

  /** Changes members, one call after the other: a counter must never be overwritten by an older one. */
  change(change: Partial<Stored> | ((record: Stored) => Partial<Stored>)): Promise<void> {
    return this.#changes.run(async () => {
      const record = this.get()
      await this.put({ ...record, ...(typeof change === 'function' ? change(record) : change) })
    })
  }

  async clear(): Promise<void> {
    await this.#storage.clear()
    const record = this.#record
    this.#record = undefined
    const values: readonly unknown[] = Object.values(record ?? {})
    for (const value of values) if (value instanceof Uint8Array) value.fill(0)
  }
}

/** That of protocol 3.x. */
export type ActivationStore = RecordStore<ActivationRecord>

export function openActivationStore(storage: StateStorage, applicationKey: string): Promise<ActivationStore> {
  return RecordStore.open(storage, applicationKey, { encode: encodeRecord, decode: decodeRecord })
}
