export { nodeCrypto } from './platform/node-crypto.ts'
export { generateKeySigner, keySigner } from './platform/node-key-signer.ts'
