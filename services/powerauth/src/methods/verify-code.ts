import type { SignatureType, VerifySignatureResponse } from '@cloudsigner/contracts/powerauth-private'
import {
  type AuthenticationCodeFormat,
  dataWithSecret,
  parseAuthenticationCodeType,
  verifyAuthenticationCode,
} from '@cloudsigner/powerauth-protocol'
import { type Transition, transition } from '../domain/activation.ts'
import { judgeBeforeCode, judgeCode, type SignatureNote } from '../domain/code-judgement.ts'
import { lockActivation } from '../store/activations.ts'
import { findApplication, findVersionByKey } from '../store/applications.ts'
import { insertSignatureAudit } from '../store/audit.ts'
import type { ActivationRow, Db } from '../store/tables.ts'
import { getKeys } from './activation-keys.ts'
import { readApplicationSecret } from './applications.ts'
import { expireIfOverdue, stateOf, storeChange } from './change-activation.ts'
import type { PowerAuthContext } from './context.ts'

/** One reading of what a code was made over. The first that fits counts. */
export interface CodeReading {
  readonly type: SignatureType
  /** Normalised data without the secret. */
  readonly data: string
}

export interface CodeToVerify {
  readonly activationId: string
  /** Null offline, where the secret is the word `offline`. */
  readonly applicationKey: string | null
  readonly code: string
  readonly format: AuthenticationCodeFormat
  readonly version: string | null
  readonly readings: readonly [CodeReading, ...CodeReading[]]
  /** Goes into the audit row. */
  readonly additionalInfo?: Readonly<Record<string, string>>
}

/**
 * Verifies an authentication code with the activation's row locked: the counter, the failed attempts, a block and the
 * audit row are one commit (protocol §8.4). A wrong code is an answer, not an error.
 */
export async function verifyCode(context: PowerAuthContext, code: CodeToVerify): Promise<VerifySignatureResponse> {
  return context.db.transaction().execute(async (db) => {
    const locked = await lockActivation(db, code.activationId)
    if (locked === undefined) return unknownActivation(code)
    const row = (await expireIfOverdue(context, db, locked, context.clock.now())) ?? locked
    const judgement = await judge(context, db, row, code)
    const now = context.clock.now()
    const columns = { timestamp_last_used: now, ...judgement.columns }
    const stored = await storeChange(context, db, row, { ...judgement.change, columns }, now)
    await insertAudit(db, row, code, judgement, now)
    const application = await findApplication(db, row.application_id)
    return {
      signatureValid: judgement.valid,
      activationStatus: stored.activation_status,
      blockedReason: stored.blocked_reason,
      activationId: row.activation_id,
      userId: row.user_id,
      applicationId: row.application_id,
      signatureType: judgement.reading.type,
      remainingAttempts:
        stored.activation_status === 'ACTIVE' ? stored.max_failed_attempts - stored.failed_attempts : 0,
      applicationRoles: application?.roles ?? [],
      activationFlags: row.flags,
    }
  })
}

interface Judgement {
  readonly valid: boolean
  readonly note: SignatureNote
  readonly change: Transition
  readonly reading: CodeReading
  readonly columns: { readonly ctr_data?: Uint8Array; readonly counter?: number }
}

async function judge(context: PowerAuthContext, db: Db, row: ActivationRow, code: CodeToVerify): Promise<Judgement> {
  const state = stateOf(row)
  const [first] = code.readings
  const possessionOnly = first.type === 'POSSESSION'
  const secret = await applicationSecret(context, db, row, code.applicationKey)
  const early = judgeBeforeCode({ state, applicationFits: secret !== undefined, possessionOnly })
  if (early !== null || secret === undefined) {
    const change = early === null || early.event === null ? { state } : transition(state, early.event)
    return { valid: false, note: early?.note ?? 'activation_invalid_application', change, reading: first, columns: {} }
  }
  const match = await findMatch(context, row, code, secret)
  const { note, event } = judgeCode(match !== undefined, possessionOnly)
  return {
    valid: match !== undefined,
    note,
    change: transition(state, event),
    reading: match?.reading ?? first,
    columns: match === undefined ? {} : { ctr_data: match.nextCtrData, counter: row.counter + match.step + 1 },
  }
}

/** Undefined where the application version is not supported, or of another application than the activation. */
async function applicationSecret(
  { secretBox }: PowerAuthContext,
  db: Db,
  row: ActivationRow,
  applicationKey: string | null,
): Promise<string | undefined> {
  if (applicationKey === null) return 'offline'
  const version = await findVersionByKey(db, applicationKey)
  if (version === undefined || !version.supported || version.application_id !== row.application_id) return undefined
  return readApplicationSecret(secretBox, version)
}

async function findMatch(context: PowerAuthContext, row: ActivationRow, code: CodeToVerify, secret: string) {
  const { crypto, settings } = context
  const { keys, ctrData } = await getKeys(context, row)
  for (const reading of code.readings) {
    const result = await verifyAuthenticationCode(crypto, {
      type: parseAuthenticationCodeType(reading.type),
      keys,
      ctrData,
      data: dataWithSecret(reading.data, secret),
      format: code.format,
      code: code.code,
      lookAhead: settings.lookAhead,
    })
    if (result.valid) return { reading, step: result.step, nextCtrData: result.nextCtrData }
  }
  return undefined
}

async function insertAudit(
  db: Db,
  row: ActivationRow,
  code: CodeToVerify,
  { valid, note, reading }: Judgement,
  now: Date,
): Promise<void> {
  const blockedReason: Record<string, string> =
    row.blocked_reason === null ? {} : { BLOCKED_REASON: row.blocked_reason }
  await insertSignatureAudit(db, {
    activation_id: row.activation_id,
    application_id: row.application_id,
    user_id: row.user_id,
    activation_counter: row.counter,
    activation_ctr_data: row.ctr_data,
    activation_status: row.activation_status,
    additional_info: JSON.stringify({ ...blockedReason, ...code.additionalInfo }),
    data: new TextEncoder().encode(reading.data),
    signature_version: code.version,
    signature_type: reading.type,
    signature: code.code,
    note,
    valid,
    version: row.version ?? 3,
    timestamp_created: now,
  })
}

function unknownActivation({ activationId, readings: [first] }: CodeToVerify): VerifySignatureResponse {
  return {
    signatureValid: false,
    activationStatus: 'REMOVED',
    blockedReason: null,
    activationId,
    userId: null,
    applicationId: null,
    signatureType: first.type,
    remainingAttempts: 0,
    applicationRoles: [],
    activationFlags: [],
  }
}
