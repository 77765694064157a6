import { OrchestratorApiError } from '@cloudsigner/clients/orchestrator'
import { PowerAuthClientError } from '@cloudsigner/clients/powerauth-private'
import { SignerApiError } from '@cloudsigner/clients/signer'
import { MobileTokenError, type MobileTokenErrorCode } from '@cloudsigner/mobile-token-sdk'
import { PowerAuthError, type PowerAuthErrorCode } from '@cloudsigner/powerauth-sdk'
import { DocumentRefused } from '../../apps/cli/src/device/document-refused.ts'
import type { Outcome } from '../journal.ts'

/** Failures of the SDKs after which nobody knows whether the server did it. */
const unknown: ReadonlySet<PowerAuthErrorCode | MobileTokenErrorCode> = new Set(['network', 'server_failed'])

/**
 * Makes a call and says how it ended. A 4xx in the contract's form refuses; no answer, a 5xx, or an answer that broke off
 * leaves open what happened. Errors of the load itself go on as they are.
 */
export async function outcomeOf<Value>(call: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { kind: 'acknowledged', value: await call() }
  } catch (error) {
    if (isApiError(error)) {
      const { status, code, message } = error
      if (status === 0 || status >= 500 || cutShort(error)) return { kind: 'lost', message: `${status} ${message}` }
      return { kind: 'refused', code, message }
    }
    if (error instanceof PowerAuthError || error instanceof MobileTokenError) {
      const { code, message, serverCode = '' } = error
      return unknown.has(code) ? { kind: 'lost', message } : { kind: 'refused', code: `${code} ${serverCode}`, message }
    }
    if (error instanceof DocumentRefused) return { kind: 'refused', code: error.code, message: error.message }
    // What undici throws where a body breaks off, or takes too long.
    if (error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError'))
      return { kind: 'lost', message: error.message }
    throw error
  }
}

type ApiError = SignerApiError | OrchestratorApiError | PowerAuthClientError

const isApiError = (error: unknown): error is ApiError =>
  error instanceof SignerApiError || error instanceof OrchestratorApiError || error instanceof PowerAuthClientError

/** 200, and then the body did not come whole. */
const cutShort = (error: ApiError) => error.code === 'UNEXPECTED_ANSWER' && error.status === 200
