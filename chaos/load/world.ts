import { type BankClient, createBankClient } from '@cloudsigner/clients/orchestrator'
import { createPowerAuthPrivateClient, type PowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import { createSignerClient, type SignerClient } from '@cloudsigner/clients/signer'
import type { ReleaseRequest } from '@cloudsigner/contracts/cloud-mode'
import type { WholeReadyFile } from '../../apps/cli/src/up/ready-file.ts'
import type { Journal, Outcome } from '../journal.ts'

/** What the load calls, every exchange in the journal. */
export interface World {
  readonly journal: Journal
  readonly bank: BankClient
  readonly signer: SignerClient
  /** The private API. */
  readonly powerAuth: Pick<PowerAuthPrivateClient, 'createOperation' | 'createCallbackUrl'>
  readonly orchestratorUrl: string
  readonly fetch: typeof globalThis.fetch
  /** By activation: what released a document in Cloud mode, and must not release another. */
  readonly spent: Map<string, ReleaseRequest>
}

/** A call that the stack keeps waiting is given up after so long, in milliseconds. */
const timeoutMs = 15_000

export function openWorld({ signer, orchestrator, powerauth }: WholeReadyFile, journal: Journal): World {
  const { fetch } = journal
  const basic = ({ user, password }: { user: string; password: string }) => `Basic ${btoa(`${user}:${password}`)}`
  return {
    journal,
    fetch,
    spent: new Map(),
    powerAuth: createPowerAuthPrivateClient({
      baseUrl: powerauth.private,
      credentials: powerauth.basic,
      fetch,
      timeoutMs,
    }),
    orchestratorUrl: orchestrator.url,
    signer: createSignerClient({
      baseUrl: signer.url,
      authorization: () => basic(signer.basic),
      fetch,
      timeoutMs,
    }),
    bank: createBankClient({
      baseUrl: orchestrator.url,
      authorization: () => basic(orchestrator.basic),
      fetch,
      timeoutMs,
    }),
  }
}

/** After an answer that got lost, in milliseconds. */
export const pauseMs = 150
/** How long a stack may be away, kills and starts included, in milliseconds. */
const patienceMs = 90_000

/** Asks again while answers get lost. Throws where that goes on for so long that the stack will not come back. */
export async function patiently<Value>(ask: () => Promise<Outcome<Value>>): Promise<Outcome<Value>> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const outcome = await ask()
    if (outcome.kind !== 'lost') return outcome
    if (performance.now() > deadline) throw new Error(`the stack did not come back: ${outcome.message}`)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
