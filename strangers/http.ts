/** Plain HTTP as any client would speak it; nothing here knows the product's own clients. */
import type { Credentials } from './stack.ts'

export interface Answer {
  readonly status: number
  readonly body: unknown
}

export function basic({ user, password }: Credentials): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

export async function request(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) })
  const text = await response.text()
  return { status: response.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text }
}

export function postJson(url: string, body: unknown, credentials?: Credentials): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...(credentials ? basic(credentials) : {}) }
  return request(url, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** A member of a JSON object; an error that shows the object where it lacks one. */
export function member(value: unknown, ...path: readonly (string | number)[]): unknown {
  let inner = value
  for (const key of path) inner = typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined
  if (inner === undefined) throw new Error(`no ${path.join('.')} in ${JSON.stringify(value)}`)
  return inner
}

export function text(value: unknown, ...path: readonly (string | number)[]): string {
  const found = member(value, ...path)
  if (typeof found !== 'string') throw new Error(`${path.join('.')} is not a string in ${JSON.stringify(value)}`)
  return found
}
