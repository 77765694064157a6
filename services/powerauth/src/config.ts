import type { CallbackSettings } from '@cloudsigner/service'
import type { DisplayTemplate } from './domain/display/display-template.ts'
import { shippedDisplayTemplates } from './domain/display/shipped-templates.ts'

/** Where a listener binds. Port 0 takes a free one. */
export interface ListenerConfig {
  readonly host: string
  readonly port: number
}

/** User and password of HTTP Basic on the private API. */
export interface IntegrationCredentials {
  readonly clientToken: string
  readonly clientSecret: string
}

/** Settings of the PowerAuth service, as a deployment gives them; what it leaves out is `defaultSettings`. */
export interface PowerAuthConfig extends Partial<PowerAuthSettings> {
  readonly privateApi: ListenerConfig & {
    /** Accepted beside the integrations that `integration/create` made; the first one of a new installation. */
    readonly integrations: readonly IntegrationCredentials[]
    /** Let everybody call without credentials, as the genuine server does unless told. Development; loopback only. */
    readonly openPrivateApi?: boolean
  }
  readonly publicApi: ListenerConfig
  /** Time-outs, proxy and circuit breaker of all callbacks. */
  readonly callbacks?: Partial<CallbackSettings>
}

/** The service's rules. Times are milliseconds. */
export interface PowerAuthSettings {
  /** Named by both status methods. */
  readonly applicationName: string
  readonly applicationDisplayName: string
  readonly applicationEnvironment: string
  readonly version: string
  /** From init to the end of the key exchange and commit. */
  readonly activationValidity: number
  /** Failed codes until an activation is BLOCKED, where init names none; 1 to 255 (one byte of the status blob). */
  readonly maxFailedAttempts: number
  /** CTR_LOOK_AHEAD: how far a device's counter may be ahead; 1 to 64. */
  readonly lookAhead: number
  readonly temporaryKeyValidity: number
  /** How far the time of an encrypted request or a token may be off, either way; protocol 3.2 on. */
  readonly requestExpiration: number
  /** The same for tokens of protocol 3.0 and 3.1. */
  readonly extendedRequestExpiration: number
  /** Whether possession_biometry opens the vault (`powerauth.service.secureVault.enableBiometricAuthentication`). */
  readonly vaultByBiometry: boolean
  /** Period of the job that expires activations and purges temporary keys and unique values; 0 turns it off. */
  readonly housekeepingInterval: number
  /** How operations are shown on phones, by type and language; in place of those that are shipped. */
  readonly displayTemplates: readonly DisplayTemplate[]
}

export const defaultSettings: PowerAuthSettings = {
  applicationName: 'powerauth-server',
  applicationDisplayName: 'PowerAuth Server',
  applicationEnvironment: '',
  version: '0.1.0',
  activationValidity: 300_000,
  maxFailedAttempts: 5,
  lookAhead: 20,
  temporaryKeyValidity: 300_000,
  requestExpiration: 300_000,
  extendedRequestExpiration: 7_200_000,
  vaultByBiometry: false,
  housekeepingInterval: 5_000,
  displayTemplates: shippedDisplayTemplates,
}

const loopback = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/

/** The settings in force. Throws with a sentence that says which setting is wrong. */
export function resolveSettings(config: PowerAuthConfig): PowerAuthSettings {
  const settings = { ...defaultSettings, ...config }
  const inRange = (name: 'maxFailedAttempts' | 'lookAhead', maximum: number) => {
    const value = settings[name]
    if (!Number.isInteger(value) || value < 1 || value > maximum) {
      throw new Error(`powerauth.${name} is ${value}, but must be a whole number from 1 to ${maximum}`)
    }
  }
  inRange('maxFailedAttempts', 255)
  inRange('lookAhead', 64)
  if (config.privateApi.openPrivateApi === true && !loopback.test(config.privateApi.host)) {
    throw new Error(`powerauth.privateApi is open to everybody and bound to ${config.privateApi.host}: loopback only`)
  }
  for (const { clientToken, clientSecret } of config.privateApi.integrations) {
    if (clientToken === '' || clientToken.includes(':') || clientSecret === '') {
      throw new Error('powerauth.privateApi.integrations needs a clientToken without a colon and a clientSecret')
    }
  }
  return settings
}
