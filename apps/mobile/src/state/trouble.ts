/** Everything that goes wrong, as the few things that a person can do something about. */
import { OrchestratorApiError } from '@cloudsigner/clients/orchestrator'
import { MobileTokenError, type MobileTokenErrorCode } from '@cloudsigner/mobile-token-sdk'
import { PowerAuthError, type PowerAuthErrorCode } from '@cloudsigner/powerauth-sdk'
import { DocumentRefused } from '../phone/document-refused.ts'

export type Trouble =
  | 'offline'
  | 'server'
  | 'code_unknown'
  | 'code_mistyped'
  | 'code_forged'
  | 'wrong_pin'
  | 'removed'
  | 'storage'
  | 'biometry_refused'
  | 'biometry_unavailable'
  | 'not_waiting'
  | 'operation_over'
  | 'refused'
  | 'scan_invalid'
  | 'document_refused'
  | 'camera'
  | 'unknown'

const ofPowerAuth: Readonly<Partial<Record<PowerAuthErrorCode, Trouble>>> = {
  network: 'offline',
  server_failed: 'server',
  invalid_response: 'server',
  invalid_activation_code: 'code_mistyped',
  activation_signature_invalid: 'code_forged',
  activation_removed: 'removed',
  counter_deadlock: 'removed',
  authentication_failed: 'wrong_pin',
  request_refused: 'refused',
  storage_unreadable: 'storage',
  biometry_refused: 'biometry_refused',
  biometry_unavailable: 'biometry_unavailable',
  biometry_missing: 'biometry_unavailable',
}

const ofOperations: Readonly<Partial<Record<MobileTokenErrorCode, Trouble>>> = {
  network: 'offline',
  server_failed: 'server',
  invalid_response: 'server',
  authentication_failed: 'wrong_pin',
  approval_refused: 'wrong_pin',
  operation_unknown: 'operation_over',
  operation_finished: 'operation_over',
  operation_failed: 'operation_over',
  operation_canceled: 'operation_over',
  operation_expired: 'operation_over',
  invalid_proximity_code: 'scan_invalid',
  proximity_missing: 'scan_invalid',
  request_refused: 'refused',
}

const ofBank: Readonly<Partial<Record<OrchestratorApiError['code'], Trouble>>> = {
  UNREACHABLE: 'offline',
  UPSTREAM_UNAVAILABLE: 'server',
  UNEXPECTED_ANSWER: 'server',
  INTERNAL: 'server',
  UNAUTHORIZED: 'wrong_pin',
  STATE_FORBIDS: 'not_waiting',
  SIGNATURE_REFUSED: 'refused',
  CSR_REFUSED: 'refused',
  SUBJECT_MISMATCH: 'refused',
}

export function troubleOf(error: unknown): Trouble {
  if (error instanceof PowerAuthError) return ofPowerAuth[error.code] ?? 'unknown'
  if (error instanceof MobileTokenError) {
    const inner = error.code === 'power_auth' && error.cause !== undefined ? troubleOf(error.cause) : undefined
    return inner ?? ofOperations[error.code] ?? 'unknown'
  }
  if (error instanceof OrchestratorApiError) return ofBank[error.code] ?? 'unknown'
  if (error instanceof DocumentRefused) return 'document_refused'
  if (error instanceof DOMException && ['NotAllowedError', 'NotFoundError', 'NotReadableError'].includes(error.name)) {
    return 'camera'
  }
  return 'unknown'
}
