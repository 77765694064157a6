/** The knowledge factor: its key lies under the password, so that a wrong one shows only at the server. */
import { type CryptoProvider, protectKnowledgeKey, unlockKnowledgeKey } from '@cloudsigner/powerauth-protocol'
import type { ActivationRecord } from './activation-record.ts'
import { PowerAuthError } from './power-auth-error.ts'

type KnowledgeMembers = Pick<ActivationRecord, 'protectedKnowledgeKey' | 'knowledgeSalt' | 'knowledgeIterations'>

// The protected key has no redundancy, so that rounds add little: what guards the PIN is that only the server can judge it.
const ITERATIONS = 100_000
const MIN_LENGTH = 4
const MAX_LENGTH = 128

/** Throws `invalid_argument` for a password that is too short or too long. */
export function requirePassword(password: string): void {
  if (password.length < MIN_LENGTH || password.length > MAX_LENGTH) {
    throw new PowerAuthError('invalid_argument', `A PIN or password has ${MIN_LENGTH} to ${MAX_LENGTH} characters`)
  }
}

/** Throws `invalid_argument` for a password that is too short or too long. */
export async function protectKnowledge(
  crypto: CryptoProvider,
  signatureKnowledgeKey: Uint8Array,
  password: string,
): Promise<KnowledgeMembers> {
  requirePassword(password)
  const derivation = { hash: 'SHA-256', salt: crypto.random(16), iterations: ITERATIONS } as const
  return {
    protectedKnowledgeKey: await protectKnowledgeKey(crypto, signatureKnowledgeKey, password, derivation),
    knowledgeSalt: derivation.salt,
    knowledgeIterations: derivation.iterations,
  }
}

export async function unlockKnowledge(
  crypto: CryptoProvider,
  record: KnowledgeMembers,
  password: string,
): Promise<Uint8Array> {
  if (password === '') throw new PowerAuthError('invalid_argument', 'The PIN or password is empty')
  const { knowledgeSalt: salt, knowledgeIterations: iterations } = record
  return unlockKnowledgeKey(crypto, record.protectedKnowledgeKey, password, { hash: 'SHA-256', salt, iterations })
}
