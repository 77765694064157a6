/**
 * The journal: every call of the load before it is made, and how it ended. A line of JSON each. It is what the auditor
 * holds the stack to.
 */
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { SignerMode } from '@cloudsigner/contracts/cloud-mode'
import { outcomeOf } from './load/outcome.ts'

/** By which API a document goes: the signer's, as a bank of one's own calls it, or the reference bank's. */
export type Via = 'signer' | 'bank'

/** What a call wants to happen. `documentId` is the id at the API named by `via`. */
export type Act =
  | { readonly act: 'start-activation'; readonly userId: string }
  | { readonly act: 'activate'; readonly userId: string }
  | { readonly act: 'commit-activation'; readonly userId: string; readonly activationId: string }
  | { readonly act: 'enrol'; readonly userId: string; readonly activationId: string; readonly mode: SignerMode }
  | {
      readonly act: 'upload'
      readonly via: Via
      readonly userId: string
      readonly activationId: string
      /** Of this call alone. */
      readonly name: string
      /** SHA-256 of the file, hex: its name in the folder of originals. */
      readonly original: string
    }
  | { readonly act: 'read' | 'review'; readonly via: Via; readonly documentId: string; readonly activationId: string }
  /** One code with knowledge at PowerAuth: the vault opens and the device signs. */
  | { readonly act: 'unlock'; readonly via: Via; readonly documentId: string; readonly activationId: string }
  | { readonly act: 'reject' | 'download'; readonly via: Via; readonly documentId: string }
  | {
      readonly act: 'sign'
      readonly via: Via
      readonly documentId: string
      /** In Cloud mode. */
      readonly release?: { readonly approvalId: string; readonly operationId: string }
    }
  | { readonly act: 'create-operation'; readonly documentId: string }
  | {
      readonly act: 'approve'
      readonly documentId: string
      readonly operationId: string
      readonly activationId: string
    }
  /** What must be refused: a document to be signed by what released another. */
  | { readonly act: 'misuse'; readonly documentId: string }

/** What an answer said that must stay true. */
export interface Facts {
  readonly activationId?: string
  readonly documentId?: string
  /** Base64 of what the device signs. */
  readonly hash?: string
  /** SHA-256 of the signed file, hex. */
  readonly digest?: string
  readonly status?: string
  readonly operationId?: string
}

/** An answer that was given; an answer that refused; no answer, or one that says that something broke. */
export type Outcome<Value> =
  | { readonly kind: 'acknowledged'; readonly value: Value }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'lost'; readonly message: string }

export interface Told {
  readonly key: string
  readonly body: string
  readonly isTaken: boolean
  readonly isAnswered: boolean
}

export type JournalLine =
  | ({ readonly line: 'attempted'; readonly attempt: number; readonly at: string } & Act)
  | ({ readonly line: 'acknowledged'; readonly attempt: number; readonly at: string } & Facts)
  | {
      readonly line: 'refused' | 'lost'
      readonly attempt: number
      readonly at: string
      readonly code?: string
      readonly message: string
    }
  /** Each HTTP exchange below the calls; status 0 where there was no answer. */
  | {
      readonly line: 'exchange'
      readonly at: string
      readonly method: string
      readonly path: string
      readonly status: number
    }
  /** A callback that came to the consumer: by its Idempotency-Key, with the SHA-256 of its body, hex. */
  | ({ readonly line: 'told'; readonly at: string } & Told)
  | { readonly line: 'killed' | 'started' | 'settled'; readonly at: string; readonly name: string }

export class Journal {
  readonly #descriptor: number
  readonly #originals: string
  #attempts = 0
  #acknowledged = 0

  /** Makes `folder/journal.jsonl` and `folder/originals`. */
  constructor(folder: string) {
    this.#originals = join(folder, 'originals')
    mkdirSync(this.#originals, { recursive: true })
    this.#descriptor = openSync(join(folder, 'journal.jsonl'), 'a')
  }

  /** Makes a call, and writes down that it is made and how it ended. `facts` picks what must stay true. */
  async record<Value>(
    act: Act,
    call: () => Promise<Value>,
    facts: (value: Value) => Facts = () => ({}),
  ): Promise<Outcome<Value>> {
    const attempt = ++this.#attempts
    this.#write({ line: 'attempted', attempt, at: now(), ...act })
    const outcome = await outcomeOf(call)
    if (outcome.kind === 'acknowledged') {
      this.#acknowledged += 1
      this.#write({ line: 'acknowledged', attempt, at: now(), ...facts(outcome.value) })
    } else {
      const { kind, ...why } = outcome
      this.#write({ line: kind, attempt, at: now(), ...why })
    }
    return outcome
  }

  /** Calls that were acknowledged up to now. */
  get acknowledged(): number {
    return this.#acknowledged
  }

  /** A `fetch` whose every exchange is written down. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const exchange = { line: 'exchange', method: init?.method ?? 'GET', path: url.pathname } as const
    try {
      const response = await fetch(input, init)
      this.#write({ ...exchange, at: now(), status: response.status })
      return response
    } catch (error) {
      this.#write({ ...exchange, at: now(), status: 0 })
      throw error
    }
  }

  /** Keeps a document as it was before anybody had it. */
  keep(digest: string, original: Uint8Array): void {
    writeFileSync(join(this.#originals, digest), original)
  }

  told(callback: Told): void {
    this.#write({ line: 'told', at: now(), ...callback })
  }

  note(line: 'killed' | 'started' | 'settled', name: string): void {
    this.#write({ line, at: now(), name })
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #write(line: JournalLine): void {
    writeSync(this.#descriptor, `${JSON.stringify(line)}\n`)
  }
}

const now = () => new Date().toISOString()

export function readJournal(folder: string): readonly JournalLine[] {
  const lines = readFileSync(join(folder, 'journal.jsonl'), 'utf8').split('\n')
  return lines.filter((text) => text !== '').map((text) => JSON.parse(text))
}

export function readOriginal(folder: string, digest: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, 'originals', digest)))
}
