/** What an activation is kept in where the device is a browser. */
export { type IndexedDbPlatform, indexedDbStorage } from './browser/indexed-db-storage.ts'
export { findWebAuthnPrf, type WebAuthnBiometryOptions, webAuthnBiometry } from './browser/webauthn-biometry.ts'
