/** ML-KEM and ML-DSA by OpenSSL. Keys are made anew of their seeds at each use. */
import {
  createPrivateKey,
  createPublicKey,
  decapsulate,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import type { PostQuantumProvider, SeedKeyPair } from '../v4/crypto-provider.ts'
import { bytes } from './bytes.ts'

const keyTypes = {
  'ML-KEM-768': 'ml-kem-768',
  'ML-KEM-1024': 'ml-kem-1024',
  'ML-DSA-65': 'ml-dsa-65',
  'ML-DSA-87': 'ml-dsa-87',
} as const
type ParameterSet = keyof typeof keyTypes

export const nodePostQuantum: PostQuantumProvider = {
  generateMlKemKeyPair: (set) =>
    set === 'ML-KEM-768' ? exported(generateKeyPairSync('ml-kem-768')) : exported(generateKeyPairSync('ml-kem-1024')),
  mlKemEncapsulate(set, publicKey) {
    const { ciphertext, sharedKey } = encapsulate(publicKeyOf(set, publicKey))
    return { ciphertext: bytes(ciphertext), sharedSecret: bytes(sharedKey) }
  },
  mlKemDecapsulate: (set, seed, ciphertext) => bytes(decapsulate(privateKeyOf(set, seed), ciphertext)),
  generateMlDsaKeyPair: (set) =>
    set === 'ML-DSA-65' ? exported(generateKeyPairSync('ml-dsa-65')) : exported(generateKeyPairSync('ml-dsa-87')),
  mlDsaSign: (set, seed, data) => bytes(sign(null, data, privateKeyOf(set, seed))),
  mlDsaVerify: (set, publicKey, signature, data) => verify(null, data, publicKeyOf(set, publicKey), signature),
}

function exported({ privateKey, publicKey }: Record<'privateKey' | 'publicKey', KeyObject>): SeedKeyPair {
  return {
    seed: bytes(privateKey.export({ format: 'raw-seed' })),
    publicKey: bytes(publicKey.export({ format: 'raw-public' })),
  }
}

function privateKeyOf(set: ParameterSet, seed: Uint8Array) {
  return createPrivateKey({ key: seed, format: 'raw-seed', asymmetricKeyType: keyTypes[set] })
}

function publicKeyOf(set: ParameterSet, publicKey: Uint8Array) {
  return createPublicKey({ key: publicKey, format: 'raw-public', asymmetricKeyType: keyTypes[set] })
}
