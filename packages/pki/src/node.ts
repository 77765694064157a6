export { nodeCrypto } from './platform/node-crypto.ts'
export {
  generateKeySigner,
  type KeyKind,
  type KeySignerOptions,
  keySigner,
  keySignerOf,
} from './platform/node-key-signer.ts'
