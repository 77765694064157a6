export { browserCrypto } from './platform/browser-crypto.ts'
