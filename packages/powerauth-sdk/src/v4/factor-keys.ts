/** New factor keys, agreed with the server under the old password. The server keeps the old one until the first use. */
import { protectKnowledgeKey, startSharedSecretExchange } from '@cloudsigner/powerauth-protocol/v4'
import { possessionWithPassword } from '../authentication.ts'
import { requirePassword } from '../knowledge.ts'
import { readingAnswer } from '../protocol-context.ts'
import type { ActivationRecord } from './activation-record.ts'
import type { Context } from './context.ts'
import type { Requests } from './requests.ts'

/** The record's members under the new password. Where the answer is lost, the old password stays good. */
export async function changedKnowledge(
  context: Context,
  requests: Requests,
  record: ActivationRecord,
  passwords: { readonly old: string; readonly new: string },
): Promise<Pick<ActivationRecord, 'protectedKnowledgeKey' | 'knowledgeSalt'>> {
  requirePassword(passwords.new)
  const key = await newFactorKey(context, requests, record, '/pa/password/change', passwords.old)
  const knowledgeSalt = context.crypto.random(32)
  const protectedKnowledgeKey = await protectKnowledgeKey(context.crypto, key, passwords.new, knowledgeSalt)
  key.fill(0)
  return { protectedKnowledgeKey, knowledgeSalt }
}

export async function newFactorKey(
  context: Context,
  requests: Requests,
  record: ActivationRecord,
  uriId: '/pa/password/change' | '/pa/biometry/add',
  password: string,
): Promise<Uint8Array> {
  const exchange = await startSharedSecretExchange(context.crypto, record.algorithm)
  const endpoint = { uriId, sharedInfo1: uriId }
  const answer = await requests.authenticatedAndEncrypted(endpoint, exchange.request, possessionWithPassword(password))
  return readingAnswer(() => exchange.accept(answer))
}
