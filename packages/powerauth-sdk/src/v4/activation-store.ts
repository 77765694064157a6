/** The one activation of the device. */
import { RecordStore } from '../activation-store.ts'
import { PowerAuthError } from '../power-auth-error.ts'
import type { StateStorage } from '../state-storage.ts'
import {
  type ActivationRecord,
  type FormerActivation,
  recordCodec,
  type StoredActivation,
} from './activation-record.ts'

export class ActivationStore {
  readonly #records: RecordStore<StoredActivation>

  private constructor(records: RecordStore<StoredActivation>) {
    this.#records = records
  }

  /** Throws `storage_unreadable`. */
  static async open(storage: StateStorage, applicationKey: string): Promise<ActivationStore> {
    return new ActivationStore(await RecordStore.open(storage, applicationKey, recordCodec))
  }

  /** Undefined where there is none, or one of 3.x. */
  find(): ActivationRecord | undefined {
    const stored = this.#records.find()
    return stored === undefined || 'former' in stored ? undefined : stored
  }

  /** One of 3.x, to upgrade. */
  findFormer(): FormerActivation | undefined {
    const stored = this.#records.find()
    return stored !== undefined && 'former' in stored ? stored : undefined
  }

  /** Throws `activation_missing`, also where there is one of 3.x only. */
  get(): ActivationRecord {
    const stored = this.#records.get()
    if ('former' in stored) throw formerActivation()
    return stored
  }

  put(record: StoredActivation): Promise<void> {
    return this.#records.put(record)
  }

  change(change: Partial<ActivationRecord> | ((record: ActivationRecord) => Partial<ActivationRecord>)): Promise<void> {
    return this.#records.change((stored) => {
      if ('former' in stored) throw formerActivation()
      return typeof change === 'function' ? change(stored) : change
    })
  }

  clear(): Promise<void> {
    return this.#records.clear()
  }
}

function formerActivation(): PowerAuthError {
  return new PowerAuthError('activation_missing', 'The activation is of protocol 3.x: upgrade it first')
}
