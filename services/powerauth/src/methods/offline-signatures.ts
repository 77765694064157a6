import type {
  CreateNonPersonalizedOfflineSignaturePayloadRequest,
  CreatePersonalizedOfflineSignaturePayloadRequest,
  OfflineSignaturePayloadResponse,
  VerifyOfflineSignatureRequest,
  VerifySignatureResponse,
} from '@cloudsigner/contracts/powerauth-private'
import { base64Decode, base64Encode, computeTotp, createOfflinePayload } from '@cloudsigner/powerauth-protocol'
import { refuse } from '../domain/errors.ts'
import { findActivation } from '../store/activations.ts'
import { findApplication } from '../store/applications.ts'
import { getKeys, getMasterPair } from './activation-keys.ts'
import type { PowerAuthContext } from './context.ts'
import { verifyCode } from './verify-code.ts'

const TOTP_DIGITS = 8
const TOTP_STEP_SECONDS = 30
const COMPONENT_LENGTH = 8
const PAST_STEPS = 1
const knowledgeOnly = 'POSSESSION_KNOWLEDGE' as const

export async function createPersonalizedOfflineSignaturePayload(
  context: PowerAuthContext,
  request: CreatePersonalizedOfflineSignaturePayloadRequest,
): Promise<OfflineSignaturePayloadResponse> {
  const { db, crypto, clock } = context
  const row = await findActivation(db, request.activationId)
  if (row === undefined) throw refuse('ERR0009', { activationId: request.activationId })
  if (row.activation_status !== 'ACTIVE') throw refuse('ERR0008')
  const { serverPair: signer } = await getKeys(context, row)
  const nonce = request.nonce ?? base64Encode(context.random(16))
  const check = request.proximityCheck ?? undefined
  const totp =
    check === undefined
      ? {}
      : {
          totp: await computeTotp(crypto, {
            seed: base64Decode(check.seed, 'seed'),
            time: clock.now().getTime(),
            stepSeconds: check.stepLength ?? TOTP_STEP_SECONDS,
            digits: TOTP_DIGITS,
          }),
        }
  const payload = { kind: 'personalized', data: request.data, nonce, signer, ...totp } as const
  return { offlineData: await createOfflinePayload(crypto, payload), nonce }
}

export async function createNonPersonalizedOfflineSignaturePayload(
  context: PowerAuthContext,
  { applicationId, data }: CreateNonPersonalizedOfflineSignaturePayloadRequest,
): Promise<OfflineSignaturePayloadResponse> {
  if ((await findApplication(context.db, applicationId)) === undefined) throw refuse('ERR0015', { applicationId })
  const signer = await getMasterPair(context, context.db, applicationId)
  const nonce = base64Encode(context.random(16))
  const offlineData = await createOfflinePayload(context.crypto, { kind: 'nonPersonalized', data, nonce, signer })
  return { offlineData, nonce }
}

/** The decimal code that a person typed off the screen: by PIN and, where allowed, by biometry. */
export async function verifyOfflineSignature(
  context: PowerAuthContext,
  request: VerifyOfflineSignatureRequest,
): Promise<VerifySignatureResponse> {
  const { activationId, signature, allowBiometry } = request
  const types = allowBiometry ? (['POSSESSION_KNOWLEDGE', 'POSSESSION_BIOMETRY'] as const) : [knowledgeOnly]
  const covered = await coveredData(context, request)
  const readings = types.flatMap((type) => covered.map((data) => ({ type, data })))
  const [first = { type: knowledgeOnly, data: request.data }, ...others] = readings
  return verifyCode(context, {
    activationId,
    applicationKey: null,
    code: signature,
    format: { digits: request.componentLength ?? COMPONENT_LENGTH },
    version: null,
    readings: [first, ...others],
    additionalInfo: { BIOMETRY_ALLOWED: String(allowBiometry) },
  })
}

/** What the code may cover: the data or, with a proximity check, the data with the TOTP of each step that counts. */
async function coveredData(
  { crypto, clock }: PowerAuthContext,
  { data, proximityCheck }: VerifyOfflineSignatureRequest,
): Promise<string[]> {
  if (proximityCheck === undefined || proximityCheck === null) return [data]
  const seed = base64Decode(proximityCheck.seed, 'seed')
  const stepSeconds = proximityCheck.stepLength ?? TOTP_STEP_SECONDS
  const covered: string[] = []
  for (let step = 0; step <= (proximityCheck.stepCount ?? PAST_STEPS); step++) {
    const time = clock.now().getTime() - step * stepSeconds * 1000
    if (time < 0) break
    covered.push(withTotp(data, await computeTotp(crypto, { seed, time, stepSeconds, digits: TOTP_DIGITS })))
  }
  return covered
}

/** The TOTP is the last part of the body, which is the last part of the normalised data, in Base64. */
function withTotp(data: string, totp: string): string {
  const parts = data.split('&')
  const body = base64Decode(parts.pop() ?? '', 'the body of data')
  const extended = base64Encode(Uint8Array.from([...body, ...new TextEncoder().encode(`&${totp}`)]))
  return [...parts, extended].join('&')
}
