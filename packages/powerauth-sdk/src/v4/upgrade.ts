/** An activation of 3.x becomes one of 4.0: new keys under a last code of 3.3, then a first code of 4.0. */
import {
  base64Encode,
  computeAuthenticationCode,
  dataWithSecret,
  formatAuthorizationHeader,
  nextCounter,
  normalizeRequest,
} from '@cloudsigner/powerauth-protocol'
import { startActivation } from '@cloudsigner/powerauth-protocol/v4'
import type { ActivationRecord as FormerRecord } from '../activation-record.ts'
import { unlockKnowledge } from '../knowledge.ts'
import { readingAnswer } from '../protocol-context.ts'
import { recordOf } from './activation.ts'
import type { ActivationRecord } from './activation-record.ts'
import type { ActivationStore } from './activation-store.ts'
import type { Context } from './context.ts'
import type { Encryption } from './encryption.ts'

const uriId = '/pa/upgrade/start'

/**
 * Agrees on the keys. The activation stays one of 3.x at the server until the first code of 4.0, so the record to store
 * says that this is still to come. Where the answer is lost, the whole step may be repeated.
 */
export async function startUpgrade(
  context: Context,
  store: ActivationStore,
  encryption: Encryption,
  former: FormerRecord,
  factors: { readonly password: string; readonly biometry: boolean },
): Promise<{ readonly record: ActivationRecord; readonly biometryKey: Uint8Array }> {
  const device = await startActivation(context.crypto, context.algorithm)
  const request = { ...device.request, enableBiometry: factors.biometry }
  const exchange = await encryption.encrypt(uriId, request)
  const code = await formerHeader(context, store, former, factors.password, exchange.body)
  // The one request with two headers: the code is of another version than the envelope.
  const answer = await exchange.send('/pa/v4/upgrade/start', { ...encryption.header(), ...code })
  const agreed = await readingAnswer(() => device.accept(answer))
  const { activationId } = former
  const made = await recordOf(context, { activationId, agreed, deviceKeys: device.deviceKeys }, factors.password)
  // The server counts on with its number while CTR_DATA starts anew: the byte is adopted from the next status.
  const { ctrByte: _, ...record } = made.record
  return { record: { ...record, pending: 'upgrade' }, biometryKey: made.biometryKey }
}

async function formerHeader(
  { crypto, application }: Context,
  store: ActivationStore,
  former: FormerRecord,
  password: string,
  body: string,
): Promise<Readonly<Record<string, string>>> {
  const nonce = base64Encode(crypto.random(16))
  const normalized = normalizeRequest({ method: 'POST', uriId, nonce, body: new TextEncoder().encode(body) })
  const { signaturePossessionKey, ctrData, activationId } = former
  const signatureKnowledgeKey = await unlockKnowledge(crypto, former, password)
  const type = 'possession_knowledge'
  const code = await computeAuthenticationCode(crypto, {
    type,
    keys: { signaturePossessionKey, signatureKnowledgeKey },
    ctrData,
    data: dataWithSecret(normalized, application.applicationSecret),
    format: 'base64',
  })
  signatureKnowledgeKey.fill(0)
  const next = { ctrData: await nextCounter(crypto, ctrData), ctrByte: (former.ctrByte + 1) & 0xff }
  await store.put({ applicationKey: former.applicationKey, former: { ...former, ...next } })
  const { applicationKey } = application
  const header = formatAuthorizationHeader({ activationId, applicationKey, nonce, type, code, version: '3.3' })
  return { 'X-PowerAuth-Authorization': header }
}
