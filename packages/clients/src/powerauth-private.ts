/** Client of PowerAuth Server's private API, `/rest/v3`: ours, or the genuine server by changing the URL. */
import {
  type PrivateErrorCode,
  PrivateErrorResponse,
  type PrivateMethod,
  privateErrors,
  privateMethods,
} from '@cloudsigner/contracts/powerauth-private'
import type { Static, TSchema } from 'typebox'
import { Check } from 'typebox/value'

export interface PowerAuthPrivateClientOptions {
  /** What precedes `/rest/v3`, context path included, without a trailing slash. */
  readonly baseUrl: string
  /** Token and secret of an integration, sent as HTTP Basic; left out where the server lets everybody in. */
  readonly credentials?: { readonly user: string; readonly password: string }
  readonly fetch?: typeof globalThis.fetch
  /** Milliseconds until a call is given up. Default 10 000. */
  readonly timeoutMs?: number
}

/** What the server refused, with its code; or `UNREACHABLE` (no answer) and `UNEXPECTED_ANSWER` (not of the contract). */
export class PowerAuthClientError extends Error {
  override readonly name = 'PowerAuthClientError'
  readonly code: PrivateErrorCode | 'UNREACHABLE' | 'UNEXPECTED_ANSWER'
  /** HTTP status; 0 where there was no answer. */
  readonly status: number

  constructor(code: PowerAuthClientError['code'], status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = status
  }
}

type Methods = typeof privateMethods
type Answer<Response extends TSchema | null> = Response extends TSchema ? Static<Response> : undefined

/**
 * One function a method, named as the server's documentation names it: `initActivation`, `commitActivation`,
 * `verifyEcdsaSignature` … Each takes the requestObject and answers with the responseObject, or throws
 * PowerAuthClientError. Nothing is tried twice: a code that was verified once is used up.
 */
export type PowerAuthPrivateClient = {
  readonly [Name in keyof Methods]: (
    request: Static<Methods[Name]['request']>,
  ) => Promise<Answer<Methods[Name]['response']>>
}

export function createPowerAuthPrivateClient(options: PowerAuthPrivateClientOptions): PowerAuthPrivateClient {
  const fetch = options.fetch ?? globalThis.fetch
  const headers = new Headers({ accept: 'application/json', 'content-type': 'application/json' })
  if (options.credentials !== undefined) headers.set('authorization', basic(options.credentials))

  async function call(method: PrivateMethod, request: unknown): Promise<unknown> {
    const init = {
      method: 'POST',
      headers,
      body: JSON.stringify({ requestObject: request }),
      signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
    }
    let response: Response
    let text: string
    try {
      response = await fetch(`${options.baseUrl}/rest/v3${method.path}`, init)
      text = await response.text()
    } catch (cause) {
      throw new PowerAuthClientError('UNREACHABLE', 0, 'PowerAuth Server could not be reached', { cause })
    }
    const value = parse(text)
    if (!response.ok) throw refusal(response.status, value)
    if (method.response === null) return undefined
    const answer =
      typeof value === 'object' && value !== null && 'responseObject' in value ? value.responseObject : null
    if (!Check(method.response, answer)) throw unexpected(response.status, method.path)
    return answer
  }

  const client = Object.fromEntries(
    Object.entries(privateMethods).map(([name, method]) => [name, (request: unknown) => call(method, request)]),
  )
  // Object.fromEntries forgets the names; they and the types both come from the rows of privateMethods.
  return client as unknown as PowerAuthPrivateClient
}

/** RFC 7617 §2, the user and password as UTF-8. */
function basic({ user, password }: { user: string; password: string }): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refusal(status: number, value: unknown): PowerAuthClientError {
  if (!Check(PrivateErrorResponse, value) || !isErrorCode(value.responseObject.code))
    return unexpected(status, 'A call')
  return new PowerAuthClientError(value.responseObject.code, status, value.responseObject.message)
}

function isErrorCode(code: string): code is PrivateErrorCode {
  return Object.hasOwn(privateErrors, code)
}

function unexpected(status: number, what: string): PowerAuthClientError {
  return new PowerAuthClientError('UNEXPECTED_ANSWER', status, `${what} was answered outside the contract (${status})`)
}
