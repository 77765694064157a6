import type { PowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import { type AuthorizationHeader, normalizeRequest, type TokenHeader } from '@cloudsigner/powerauth-protocol'
import { Problem } from '../domain/problem.ts'
import { createOperations, type Operations, type OperationsClient } from './operations.ts'
import { asked, unavailable, unless } from './power-auth-answer.ts'

/** Who a phone's call comes from. */
export interface Caller {
  readonly activationId: string
  readonly userId: string
}

export interface StartedActivation {
  readonly activationId: string
  readonly activationCode: string
  readonly activationSignature: string
}

export interface PhoneCall {
  readonly method: string
  readonly uriId: string
  readonly body: Uint8Array
}

/** What this service asks of PowerAuth. Every member throws UPSTREAM_UNAVAILABLE where there is no answer. */
export interface PowerAuth extends Operations {
  /** Makes the bank's application where there is none yet; what an app is built with. */
  getMobileSdkConfig(): Promise<string>
  startActivation(userId: string): Promise<StartedActivation>
  /** STATE_FORBIDS where the phone has not exchanged keys yet, or the activation is over. */
  commitActivation(activationId: string): Promise<void>
  getActivation(activationId: string): Promise<{ readonly status: string; readonly fingerprint: string | null }>
  /** Null for a code that does not verify, or not for this bank's application. */
  verifyCode(header: AuthorizationHeader, call: PhoneCall): Promise<Caller | null>
  verifyToken(header: TokenHeader): Promise<Caller | null>
}

type Client = Pick<
  PowerAuthPrivateClient,
  | 'createApplication'
  | 'getApplicationDetail'
  | 'initActivation'
  | 'commitActivation'
  | 'getActivationStatus'
  | 'verifySignature'
  | 'validateToken'
> &
  OperationsClient

export function createPowerAuth(client: Client, applicationId: string): PowerAuth {
  let config: string | null = null

  /** Asks first and makes second: a second start, or a second replica at the same time, finds it made. */
  async function application(): Promise<string> {
    const detail = () => client.getApplicationDetail({ applicationId })
    let found = await unless('ERR0015', detail)
    if (found === null) {
      await unless('ERR0043', () => client.createApplication({ applicationId }))
      found = await asked(detail)
    }
    const version = found.versions.find((each) => each.supported)
    if (version === undefined) throw unavailable(new Error('the application has no supported version'))
    return version.mobileSdkConfig
  }

  async function getMobileSdkConfig(): Promise<string> {
    config ??= await application()
    return config
  }

  return {
    ...createOperations(client, applicationId),
    getMobileSdkConfig,
    async startActivation(userId) {
      await getMobileSdkConfig()
      const { activationId, activationCode, activationSignature } = await asked(() =>
        client.initActivation({ userId, applicationId }),
      )
      return { activationId, activationCode, activationSignature }
    },
    async commitActivation(activationId) {
      const committed = await unless(/^ERR0(007|008|009)$/, () => client.commitActivation({ activationId }))
      if (committed === null) {
        throw new Problem('STATE_FORBIDS', 'The activation is not waiting to be committed')
      }
    },
    async getActivation(activationId) {
      const status = await asked(() => client.getActivationStatus({ activationId }))
      return { status: status.activationStatus, fingerprint: status.devicePublicKeyFingerprint }
    },
    async verifyCode(header, call) {
      const signatureType = signatureTypes.get(header.type)
      if (signatureType === undefined) return null
      const answer = await unless(refusals, () =>
        client.verifySignature({
          activationId: header.activationId,
          applicationKey: header.applicationKey,
          // `uriId` is the path here, so that it names the document too.
          data: normalizeRequest({ ...call, nonce: header.nonce }),
          signature: header.code,
          signatureType,
          signatureVersion: header.version,
        }),
      )
      return answer?.signatureValid ? callerOf(answer, applicationId) : null
    },
    async verifyToken({ tokenId, tokenDigest, nonce, timestamp, version }) {
      const answer = await unless(refusals, () =>
        client.validateToken({
          tokenId,
          tokenDigest,
          nonce,
          timestamp,
          protocolVersion: version,
        }),
      )
      return answer?.tokenValid ? callerOf(answer, applicationId) : null
    },
  }
}

/** Any refusal of a call; ERR0000 is a server that does not know what went wrong with it. */
const refusals = /^(?!ERR0000)ERR/

/** Factors with which a call of the app may be authenticated: all include possession. */
const signatureTypes = new Map([
  ['possession', 'POSSESSION'],
  ['possession_knowledge', 'POSSESSION_KNOWLEDGE'],
  ['possession_biometry', 'POSSESSION_BIOMETRY'],
] as const satisfies readonly (readonly [string, string])[]) as ReadonlyMap<
  string,
  'POSSESSION' | 'POSSESSION_KNOWLEDGE' | 'POSSESSION_BIOMETRY'
>

function callerOf(
  answer: {
    readonly activationId?: string | null
    readonly userId?: string | null
    readonly applicationId?: string | null
    readonly activationStatus?: string | null
  },
  applicationId: string,
): Caller | null {
  const { activationId, userId } = answer
  if (answer.applicationId !== applicationId || answer.activationStatus !== 'ACTIVE') return null
  return activationId && userId ? { activationId, userId } : null
}
