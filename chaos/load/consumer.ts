import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256 } from '../audit/evidence.ts'
import type { Journal } from '../journal.ts'
import type { Chance } from '../random.ts'

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
