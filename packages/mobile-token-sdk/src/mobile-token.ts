import type { Authentication, PowerAuth } from '@cloudsigner/powerauth-sdk'
import { possession } from '@cloudsigner/powerauth-sdk'
import { MobileTokenError } from './mobile-token-error.ts'
import { type OfflineOperation, readOfflineOperation } from './offline-operation.ts'
import { type Operation, readOperation } from './operation.ts'
import type { ProximityCode } from './proximity.ts'
import { invalid, Reader } from './reader.ts'
import { translating } from './translate-errors.ts'

/** What this SDK needs of `PowerAuth`. */
export type PowerAuthOfOperations = Pick<
  PowerAuth,
  'requestAuthenticated' | 'requestWithToken' | 'verifyOfflinePayload' | 'offlineCode'
> & { readonly tokens: Pick<PowerAuth['tokens'], 'has' | 'create'> }

export interface MobileTokenOptions {
  /** With an activation that is ACTIVE. Its base address is also that of `/api/auth/token/app`. */
  readonly powerAuth: PowerAuthOfOperations
  /** In which language operations are told, as Accept-Language says it. The server's choice where absent. */
  readonly language?: string
}

/** Operations, and the server's time when it told them: for countdowns. */
export interface OperationList {
  readonly operations: readonly Operation[]
  readonly serverTime: Date
}

export interface ApprovalDetails {
  /** What was scanned, where the operation's `ui` asks for a scan. */
  readonly proximityCode?: ProximityCode
  /** Free: what the bank's fraud detection wants to know. */
  readonly mobileTokenData?: Readonly<Record<string, unknown>>
}

export type RejectReason = 'UNKNOWN' | 'INCORRECT_DATA' | 'UNEXPECTED_OPERATION' | (string & {})

/** Name under which the token for lists and details is kept. */
const TOKEN_NAME = 'possession_universal'
const BASE = '/api/auth/token/app/operation'

/** Operations that wait for this person on this device. All calls throw `MobileTokenError`. */
export class MobileToken {
  readonly #powerAuth: PowerAuthOfOperations
  readonly #headers: Readonly<Record<string, string>>

  constructor(options: MobileTokenOptions) {
    this.#powerAuth = options.powerAuth
    this.#headers = options.language === undefined ? {} : { 'Accept-Language': options.language }
  }

  /** What waits for a decision, newest first, at most 100. Nothing is asked of the person. */
  async list(): Promise<OperationList> {
    return readList(await this.#withToken(`${BASE}/list`, {}))
  }

  /** One operation, whatever its state. Throws `operation_unknown`. */
  async detail(id: string): Promise<Operation> {
    return readOne(await this.#withToken(`${BASE}/detail`, { id }))
  }

  /** An operation that was nobody's and is this person's from now on: its identifier came by a QR code or a link. */
  async claim(id: string): Promise<Operation> {
    return readOne(await this.#withToken(`${BASE}/detail/claim`, { id }))
  }

  /** All there was, newest first, at most 100. The person proves themselves by PIN or biometry. */
  async history(authentication: Authentication): Promise<OperationList> {
    return readList(await this.#authenticated(authentication, '/operation/history', `${BASE}/history`, {}))
  }

  /**
   * Approves just what was shown. Throws `factor_not_allowed` and `proximity_missing` before anything is sent,
   * `authentication_failed` for a wrong PIN, and `operation_…` where it does not wait any more.
   */
  async authorize(operation: Operation, authentication: Authentication, details: ApprovalDetails = {}): Promise<void> {
    const { id, data, allowedFactors, ui } = operation
    const { proximityCode, mobileTokenData } = details
    if (!allowedFactors.includes(authentication.type)) throw new MobileTokenError('factor_not_allowed')
    if (ui.preApprovalScreen?.type === 'QR_SCAN' && proximityCode === undefined) {
      throw new MobileTokenError('proximity_missing')
    }
    if (proximityCode !== undefined && proximityCode.operationId !== id) {
      throw new MobileTokenError('invalid_proximity_code')
    }
    await this.#authenticated(authentication, '/operation/authorize', `${BASE}/authorize`, {
      id,
      data,
      ...(proximityCode !== undefined && { proximityCheck: { otp: proximityCode.otp, type: proximityCode.type } }),
      ...(mobileTokenData !== undefined && { mobileTokenData }),
    })
  }

  /** Refuses the operation; the device alone is enough for that. */
  async reject(
    operation: Pick<Operation, 'id'>,
    reason: RejectReason = 'UNKNOWN',
    details: Pick<ApprovalDetails, 'mobileTokenData'> = {},
  ): Promise<void> {
    const { mobileTokenData } = details
    await this.#authenticated(possession(), '/operation/cancel', `${BASE}/cancel`, {
      id: operation.id,
      reason,
      ...(mobileTokenData !== undefined && { mobileTokenData }),
    })
  }

  /** What a scanned payload says, once its signature verified. Throws `invalid_offline_payload`. */
  async readOffline(payload: string): Promise<OfflineOperation> {
    return readOfflineOperation(await this.#offline(() => this.#powerAuth.verifyOfflinePayload(payload)))
  }

  /**
   * The code that the person types where the operation is shown, such as `12345678-90123456`. Throws
   * `factor_not_allowed` for biometry that the payload does not allow.
   */
  async offlineCode(payload: string, authentication: Authentication): Promise<string> {
    const { flags } = await this.readOffline(payload)
    const biometry = authentication.type === 'possession_biometry' && flags.biometryAllowed
    if (authentication.type !== 'possession_knowledge' && !biometry) throw new MobileTokenError('factor_not_allowed')
    return this.#offline(() => this.#powerAuth.offlineCode(authentication, payload))
  }

  /** A payload that PowerAuth refuses is `invalid_argument` there. */
  #offline<T>(call: () => Promise<T>): Promise<T> {
    return translating(call, { invalid_argument: 'invalid_offline_payload' })
  }

  #authenticated(authentication: Authentication, uriId: string, path: string, requestObject: object): Promise<unknown> {
    const request = { uriId, path, requestObject, headers: this.#headers }
    return translating(() => this.#powerAuth.requestAuthenticated(authentication, request))
  }

  /** A token that the server does not know any more is replaced, once. */
  async #withToken(path: string, requestObject: object): Promise<unknown> {
    const request = { path, requestObject, headers: this.#headers }
    const send = () => translating(() => this.#powerAuth.requestWithToken(TOKEN_NAME, request))
    const renew = () => translating(() => this.#powerAuth.tokens.create(TOKEN_NAME, possession()))
    if (!(await translating(async () => this.#powerAuth.tokens.has(TOKEN_NAME)))) {
      await renew()
      return send()
    }
    try {
      return await send()
    } catch (error) {
      if (!(error instanceof MobileTokenError) || error.code !== 'authentication_failed') throw error
    }
    await renew()
    return send()
  }
}

function readOne(answer: unknown): Operation {
  return readOperation(Reader.of(answer).get('responseObject'))
}

function readList(answer: unknown): OperationList {
  const reader = Reader.of(answer)
  if (reader.get('status') !== 'OK') throw invalid('status is not OK')
  return { operations: reader.list('responseObject').map(readOperation), serverTime: reader.date('currentTimestamp') }
}
