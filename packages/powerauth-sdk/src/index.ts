export { type CryptoProvider, webCrypto } from '@cloudsigner/powerauth-protocol'
export type { ActivationRequest } from './activation.ts'
export type { ActivationStatusView } from './activation-status.ts'
export {
  type Authentication,
  type BiometryStore,
  possession,
  possessionWithBiometry,
  possessionWithPassword,
} from './authentication.ts'
export type { RequestToAuthenticate } from './codes.ts'
export type { Fetch } from './http-client.ts'
export type { VerifiedOfflinePayload } from './offline.ts'
export { PowerAuth, type PowerAuthOptions } from './power-auth.ts'
export { PowerAuthError, type PowerAuthErrorCode, powerAuthErrors } from './power-auth-error.ts'
export type { ApplicationRequest } from './requests.ts'
export type { Clock } from './server-time.ts'
export { memoryStorage, type StateStorage } from './state-storage.ts'
export type { Tokens } from './tokens.ts'
