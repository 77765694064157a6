import {
  type GetErrorCodeListResponse,
  type GetSystemStatusResponse,
  privateErrors,
} from '@cloudsigner/contracts/powerauth-private'
import { writeMoment } from '../domain/moments.ts'
import type { PowerAuthContext } from './context.ts'

export function getSystemStatus({ settings, clock }: PowerAuthContext): GetSystemStatusResponse {
  return {
    status: 'OK',
    applicationName: settings.applicationName,
    applicationDisplayName: settings.applicationDisplayName,
    applicationEnvironment: settings.applicationEnvironment,
    version: settings.version,
    buildTime: null,
    timestamp: writeMoment(clock.now()),
  }
}

/** Texts are English, whatever the language asked for. */
export function getErrorCodeList(): GetErrorCodeListResponse {
  return { errors: Object.entries(privateErrors).map(([code, value]) => ({ code, value })) }
}
