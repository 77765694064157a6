import type {
  GetSignatureAuditLogRequest,
  GetSignatureAuditLogResponse,
  SignatureType,
  SignEcdsaRequest,
  SignEcdsaResponse,
  VerifyEcdsaSignatureRequest,
  VerifyEcdsaSignatureResponse,
  VerifySignatureRequest,
  VerifySignatureResponse,
} from '@cloudsigner/contracts/powerauth-private'
import {
  authenticationCodeFormat,
  base64Decode,
  base64Encode,
  parseProtocolVersion,
  rawToDerSignature,
  signWithDeviceKey,
  verifyDeviceSignature,
} from '@cloudsigner/powerauth-protocol'
import { refuse } from '../domain/errors.ts'
import { readMoment, writeMoment } from '../domain/moments.ts'
import { findActivation } from '../store/activations.ts'
import { listSignatureAudit } from '../store/audit.ts'
import { getKeys } from './activation-keys.ts'
import type { PowerAuthContext } from './context.ts'
import { verifyCode } from './verify-code.ts'

export function verifySignature(
  context: PowerAuthContext,
  request: VerifySignatureRequest,
  otherData: readonly string[] = [],
): Promise<VerifySignatureResponse> {
  const version = parseProtocolVersion(request.signatureVersion)
  const reading = (data: string) => ({ type: request.signatureType, data })
  return verifyCode(context, {
    activationId: request.activationId,
    applicationKey: request.applicationKey,
    code: request.signature,
    format: authenticationCodeFormat(version),
    version,
    readings: [reading(request.data), ...otherData.map(reading)],
  })
}

/** Whether the device key of the activation made this signature, in any state but before the key exchange. */
export async function verifyEcdsaSignature(
  context: PowerAuthContext,
  request: VerifyEcdsaSignatureRequest,
): Promise<VerifyEcdsaSignatureResponse> {
  const row = await findActivation(context.db, request.activationId)
  if (row === undefined) throw refuse('ERR0009', { activationId: request.activationId })
  if (row.activation_status === 'REMOVED' || row.device_public_key === null) throw refuse('ERR0008')
  const data = base64Decode(request.data, 'data')
  const signature = base64Decode(request.signature, 'signature')
  const der = request.signatureFormat === 'JOSE' ? joseToDer(signature) : signature
  if (der === undefined) return { signatureValid: false }
  const signatureValid = await verifyDeviceSignature(context.crypto, row.device_public_key, data, der)
  return { signatureValid }
}

/** RFC 7518 §3.4: r || s, 64 bytes. */
function joseToDer(signature: Uint8Array): Uint8Array | undefined {
  return signature.length === 64 ? rawToDerSignature(signature) : undefined
}

/** The activation's server key signs: DER. */
export async function signEcdsa(context: PowerAuthContext, request: SignEcdsaRequest): Promise<SignEcdsaResponse> {
  const row = await findActivation(context.db, request.activationId)
  if (row === undefined) throw refuse('ERR0009', { activationId: request.activationId })
  if (row.activation_status !== 'ACTIVE') throw refuse('ERR0008')
  const { serverPair } = await getKeys(context, row)
  const signature = await signWithDeviceKey(context.crypto, serverPair, base64Decode(request.data, 'data'))
  return { signature: base64Encode(signature) }
}

export async function getSignatureAuditLog(
  { db }: PowerAuthContext,
  request: GetSignatureAuditLogRequest,
): Promise<GetSignatureAuditLogResponse> {
  const rows = await listSignatureAudit(db, {
    userId: request.userId,
    applicationId: request.applicationId ?? undefined,
    from: readMoment(request.timestampFrom),
    to: readMoment(request.timestampTo),
  })
  return {
    items: rows.map((row) => ({
      id: row.id,
      userId: row.user_id,
      applicationId: row.application_id,
      activationId: row.activation_id,
      activationCounter: row.activation_counter,
      activationCtrData: row.activation_ctr_data === null ? null : base64Encode(row.activation_ctr_data),
      activationStatus: row.activation_status,
      additionalInfo: entriesOf(row.additional_info),
      dataBase64: row.data === null ? null : base64Encode(row.data),
      signatureVersion: row.signature_version,
      signatureType: row.signature_type as SignatureType,
      signature: row.signature,
      note: row.note,
      valid: row.valid,
      version: row.version,
      timestampCreated: writeMoment(row.timestamp_created),
    })),
  }
}

function entriesOf(additionalInfo: string): { key: string; value: string }[] {
  const info: Record<string, unknown> = JSON.parse(additionalInfo)
  return Object.entries(info).map(([key, value]) => ({ key, value: String(value) }))
}
