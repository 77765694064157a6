import { request as httpsRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'

const patience = 60_000
const oneRequest = 5_000

/** Waits until a URL answers 200; throws with a sentence when it has not after a minute. */
export async function untilAnswering(name: string, url: string, tls?: ClientTls): Promise<void> {
  const deadline = performance.now() + patience
  for (;;) {
    const status = await (tls === undefined ? statusOf(url) : statusOverTls(url, tls)).catch((error) => error)
    if (status === 200) return
    if (performance.now() > deadline)
      throw new Error(`${name} does not answer at ${url}: ${status instanceof Error ? status.message : status}`)
    await sleep(50)
  }
}

/** PEM. */
export interface ClientTls {
  readonly cert: string
  readonly key: string
  readonly ca: string
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(oneRequest) })
  await response.body?.cancel()
  return response.status
}

function statusOverTls(url: string, tls: ClientTls): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, { ...tls, agent: false, signal: AbortSignal.timeout(oneRequest) }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', reject)
    request.end()
  })
}
