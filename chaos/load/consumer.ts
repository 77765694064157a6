import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256 } from '../audit/evidence.ts'
import type { Journal } from '../journal.ts'
import type { Chance } from '../random.ts'
import { outcomeOf } from './outcome.ts'
import { patiently, type World } from './world.ts'

/** Whom the stack tells by callbacks. It is as unreliable as those are, and says in the journal what it took. */
export interface Consumer {
  readonly url: string
  /** Resolves when nothing was told for a while, or after `longestMs`. */
  untilQuiet(longestMs: number): Promise<void>
  close(): Promise<void>
}

/** Of callbacks: those that it fails on, those that it never answers, and those that it takes without saying so. */
const failingShare = 0.1
const silentShare = 0.05
const unheardShare = 0.05
const quietMs = 1000

export async function startConsumer(journal: Journal, chance: Chance): Promise<Consumer> {
  let last = performance.now()

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await Array.fromAsync(request))
    last = performance.now()
    const fate = chance.next()
    const takes = fate >= failingShare + silentShare
    const answers = fate < failingShare || fate >= failingShare + silentShare + unheardShare
    const key = request.headers['idempotency-key']?.toString() ?? ''
    journal.told({ key, body: sha256(body), isTaken: takes, isAnswered: answers })
    if (!answers) return void response.destroy()
    response.writeHead(takes ? 200 : 500).end()
  }
  const server = createServer((request, response) => {
    // A caller that is killed in the middle of its request has told nothing.
    take(request, response).catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the consumer has no port')
  return {
    url: `http://127.0.0.1:${address.port}/callbacks`,
    async untilQuiet(longestMs) {
      const deadline = performance.now() + longestMs
      while (performance.now() < Math.min(deadline, last + quietMs)) await sleep(50)
    },
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Has PowerAuth tell an address of every activation and operation of the bank's application. */
export async function subscribe({ bank, powerAuth }: World, callbackUrl: string): Promise<void> {
  const application = await patiently(() => outcomeOf(() => bank.getMobileApplication()))
  if (application.kind !== 'acknowledged') throw new Error('the bank does not tell its application')
  const { applicationId } = application.value
  const attempts = { initialBackoff: 'PT0.1S', maxAttempts: 10_000 }
  for (const type of ['ACTIVATION_STATUS_CHANGE', 'OPERATION_STATUS_CHANGE'] as const) {
    const request = { applicationId, name: type, type, callbackUrl, ...attempts }
    const subscribed = await patiently(() => outcomeOf(() => powerAuth.createCallbackUrl(request)))
    if (subscribed.kind !== 'acknowledged') throw new Error(`PowerAuth takes no subscription of ${type}`)
  }
}
