import type { TimeStampTransport } from '@cloudsigner/pades'

const timeoutMilliseconds = 15_000
/** Tokens with a long chain and embedded CRLs stay below this. */
const maxBytes = 1024 * 1024

/** RFC 3161 over HTTP (§3.4). The address is the caller's own choice, so that any may be asked. */
export function timeStampClient(url: string): TimeStampTransport {
  return async (request) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: new Uint8Array(request),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new Error(`${url} answers ${response.status}`)
    }
    return readBounded(response, url)
  }
}

async function readBounded({ body }: Response, url: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body ?? []) {
    length += part.length
    if (length > maxBytes) throw new Error(`${url} sends more than ${maxBytes} bytes`)
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}
