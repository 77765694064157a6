import { PowerAuthClientError } from '@cloudsigner/clients/powerauth-private'
import { Problem } from '../domain/problem.ts'

/** Null for a refusal with one of these codes. */
export async function unless<Answer>(codes: string | RegExp, call: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await call()
  } catch (cause) {
    const refused =
      cause instanceof PowerAuthClientError &&
      (typeof codes === 'string' ? cause.code === codes : codes.test(cause.code))
    if (refused) return null
    throw unavailable(cause)
  }
}

export async function asked<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call()
  } catch (cause) {
    throw unavailable(cause)
  }
}

export function unavailable(cause: unknown): Problem {
  return new Problem('UPSTREAM_UNAVAILABLE', 'PowerAuth does not answer as it should', {}, { cause })
}
