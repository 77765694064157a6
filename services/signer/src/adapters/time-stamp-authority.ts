import { PadesError, probeTimeStampBytes, type TimeStampTransport } from '@cloudsigner/pades'
import type { CryptoProvider, HashAlgorithm } from '@cloudsigner/pki'
import type { Clock, Logger } from '@cloudsigner/service'

/** What this service asks of the time-stamping authority (RFC 3161). */
export interface TimeStampAuthority {
  readonly transport: TimeStampTransport
  /**
   * Octets that a new document has to keep for a token, known from a token asked for within the last hour. 0 where the
   * authority has not answered since the start: such a document can be signed, but not at level B-T.
   */
  reservedBytes(hashAlgorithm: HashAlgorithm): Promise<number>
  /** A token did not fit: the next document asks anew. */
  forgetReservedBytes(): void
}

export interface TimeStampAuthorityEnvironment {
  readonly crypto: CryptoProvider
  readonly clock: Clock
  readonly logger: Logger
}

interface Probe {
  readonly bytes: number
  /** Milliseconds: when to ask again. */
  readonly until: number
}

/** An authority's certificates change rarely, and a document waits no longer for its signature. */
const probeLifeMs = 3600_000
/** Uploads must not wait for an authority that is away, each for the whole time-out. */
const retryMs = 60_000

export function createTimeStampAuthority(
  transport: TimeStampTransport,
  { crypto, clock, logger }: TimeStampAuthorityEnvironment,
): TimeStampAuthority {
  const known = new Map<HashAlgorithm, Probe>()
  const underWay = new Map<HashAlgorithm, Promise<number>>()

  async function probe(hashAlgorithm: HashAlgorithm): Promise<number> {
    try {
      const bytes = await probeTimeStampBytes({ transport, crypto, hashAlgorithm })
      known.set(hashAlgorithm, { bytes, until: clock.now().getTime() + probeLifeMs })
      return bytes
    } catch (error) {
      if (!(error instanceof PadesError)) throw error
      logger.warn({ err: error }, 'the time-stamping authority gave no token: new documents may have no room for one')
      const bytes = known.get(hashAlgorithm)?.bytes ?? 0
      known.set(hashAlgorithm, { bytes, until: clock.now().getTime() + retryMs })
      return bytes
    } finally {
      underWay.delete(hashAlgorithm)
    }
  }
  return {
    transport,
    async reservedBytes(hashAlgorithm) {
      const last = known.get(hashAlgorithm)
      if (last && clock.now().getTime() < last.until) return last.bytes
      const running = underWay.get(hashAlgorithm) ?? probe(hashAlgorithm)
      underWay.set(hashAlgorithm, running)
      return running
    },
    forgetReservedBytes: () => known.clear(),
  }
}

export interface TimeStampEndpoint {
  readonly url: string
  /** Seconds until an authority that does not answer is given up. Default 10. */
  readonly timeoutSeconds?: number
}

/** Tokens with a long chain and embedded CRLs stay below this. */
const maxAnswerBytes = 1024 * 1024

/** RFC 3161 §3.4: a request and its answer as bodies of HTTP. */
export function httpTimeStampTransport({ url, timeoutSeconds = 10 }: TimeStampEndpoint): TimeStampTransport {
  return async (request) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: new Uint8Array(request),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    })
    if (!answer.ok) {
      await answer.body?.cancel()
      throw new Error(`the time-stamping authority answered HTTP ${answer.status}`)
    }
    return bounded(answer)
  }
}

async function bounded(answer: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body ?? []) {
    size += chunk.length
    // Leaving the loop cancels the rest.
    if (size > maxAnswerBytes) throw new Error(`the time-stamping authority answered more than ${maxAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
