/** JSON over HTTP to the public API, with the errors of the protocol made errors of the SDK. */
import { PowerAuthError } from './power-auth-error.ts'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

const MAX_RESPONSE_BYTES = 1 << 20

export class HttpClient {
  readonly #baseUrl: string
  readonly #fetch: Fetch
  readonly #timeoutMs: number

  /** `baseUrl` is what precedes `/pa/v3`. */
  constructor(baseUrl: string, fetch: Fetch, timeoutMs: number) {
    if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) {
      throw new PowerAuthError('invalid_configuration', 'baseUrl is no http or https address')
    }
    this.#baseUrl = baseUrl.replace(/\/+$/, '')
    this.#fetch = fetch
    this.#timeoutMs = timeoutMs
  }

  /** The parsed body of a 200 answer; undefined where it is empty. `body` is sent as it is. */
  async post(path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
    let response: Response
    let text: string
    try {
      response = await this.#fetch(this.#baseUrl + path, {
        method: 'POST',
        headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...headers },
        body,
        signal: AbortSignal.timeout(this.#timeoutMs),
      })
      text = await readText(response)
    } catch (cause) {
      if (cause instanceof PowerAuthError) throw cause
      throw new PowerAuthError('network', undefined, { cause })
    }
    const value = parseJson(text)
    if (response.ok) return value
    throw refusal(response.status, value)
  }

  /** `{"requestObject": …}` out, the `responseObject` of `{"status":"OK", …}` back. */
  async postObject(path: string, requestObject: object, headers?: Readonly<Record<string, string>>): Promise<Members> {
    return responseObject(await this.post(path, JSON.stringify({ requestObject }), headers))
  }
}

export type Members = Readonly<Record<string, unknown>>

/** Throws `invalid_response`. */
export function members(value: unknown): Members {
  if (typeof value !== 'object' || value === null) throw new PowerAuthError('invalid_response')
  return { ...value }
}

/** Throws `invalid_response`. */
export function responseObject(value: unknown): Members {
  const answer = members(value)
  if (answer.status !== 'OK') throw new PowerAuthError('invalid_response')
  return members(answer.responseObject ?? {})
}

/** Throws `invalid_response`. */
export function textMember(object: Members, name: string): string {
  const value = object[name]
  if (typeof value !== 'string') throw new PowerAuthError('invalid_response', `The answer lacks ${name}`)
  return value
}

function refusal(status: number, value: unknown): PowerAuthError {
  const code = serverCode(value)
  const facts = { status, ...(code !== undefined && { serverCode: code }) }
  if (status === 401 || status === 403) return new PowerAuthError('authentication_failed', undefined, facts)
  if (status >= 500) return new PowerAuthError('server_failed', `The server failed (HTTP ${status})`, facts)
  return new PowerAuthError('request_refused', `The server refused the request (HTTP ${status}, ${code ?? '?'})`, facts)
}

function serverCode(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('responseObject' in value)) return undefined
  const { responseObject } = value
  if (typeof responseObject !== 'object' || responseObject === null || !('code' in responseObject)) return undefined
  return typeof responseObject.code === 'string' ? responseObject.code.slice(0, 64) : undefined
}

function parseJson(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** By a reader: not every browser can iterate over a stream. */
async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  const reader = response.body?.getReader()
  let text = ''
  let size = 0
  while (reader !== undefined) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.length
    if (size > MAX_RESPONSE_BYTES) {
      await reader.cancel()
      throw new PowerAuthError('invalid_response', 'The answer is too large')
    }
    text += decoder.decode(value, { stream: true })
  }
  return text + decoder.decode()
}
