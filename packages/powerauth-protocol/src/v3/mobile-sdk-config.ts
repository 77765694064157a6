/** mobileSdkConfig as a 3.x client reads it: the application's credentials and its master public key of P-256. */
import {
  configKeyIds,
  invalidConfiguration,
  readConfigContainer,
  writeConfigContainer,
} from '../encoding/sdk-config-container.ts'
import { type ApplicationCredentials, requireApplication } from './application.ts'
import { decodePublicKey } from './p256.ts'

export interface MobileSdkConfig extends ApplicationCredentials {
  /** KEY_SERVER_MASTER_PUBLIC, an uncompressed point of P-256. */
  readonly masterPublicKey: Uint8Array
}

export function buildMobileSdkConfig(config: MobileSdkConfig): string {
  requireApplication(config)
  return writeConfigContainer({
    applicationKey: config.applicationKey,
    applicationSecret: config.applicationSecret,
    keys: new Map([[configKeyIds.ES256, decodePublicKey(config.masterPublicKey)]]),
  })
}

/** Throws `invalid_configuration` or `invalid_public_key`. Keys of other algorithms are passed over. */
export function parseMobileSdkConfig(text: string): MobileSdkConfig {
  const { applicationKey, applicationSecret, keys } = readConfigContainer(text)
  const masterPublicKey = keys.get(configKeyIds.ES256)
  if (masterPublicKey === undefined) throw invalidConfiguration('it has no master public key of P-256')
  return { applicationKey, applicationSecret, masterPublicKey: decodePublicKey(masterPublicKey) }
}
