/** The device side of protocol 4.0: `@cloudsigner/powerauth-sdk/v4`. Names are those of the main entry. */
export {
  type Algorithm,
  bestAlgorithm,
  parseMobileSdkConfig,
  type Signatures,
} from '@cloudsigner/powerauth-protocol/v4'
export type { ActivationStatusView } from './activation-status.ts'
export { browserCrypto } from './browser-crypto.ts'
export type { SdkCrypto } from './context.ts'
export { PowerAuth, type PowerAuthOptions } from './power-auth.ts'
export type { Tokens } from './tokens.ts'
