/** The forms in which the recordings keep keys, as this package takes them. */
import assert from 'node:assert/strict'
import { createECDH } from 'node:crypto'
import { base64Decode } from '../../../src/encoding/base64.ts'
import { nodeCrypto } from '../../../src/node.ts'
import type { P384KeyPair } from '../../../src/v4/crypto-provider.ts'
import { decodePrivateKey } from '../../../src/v4/p384.ts'
import { decodePrivateKeySeed } from '../../../src/v4/post-quantum-keys.ts'
import type { DecapsulationKeys } from '../../../src/v4/shared-secret.ts'
import type { KeyPairs } from '../../../src/v4/signature-keys.ts'
import { type Algorithm, mlDsaOf, postQuantum } from '../../../src/v4/suites.ts'
import type { RecordedKeys } from './trace.ts'

const NONE: Uint8Array = new Uint8Array()

export function decode(text: unknown): Uint8Array {
  assert.ok(typeof text === 'string', 'a recorded value is there')
  return base64Decode(text, 'a recorded value')
}

export function p384Pair(scalar: Uint8Array): P384KeyPair {
  const privateKey = decodePrivateKey(scalar)
  const ecdh = createECDH('secp384r1')
  ecdh.setPrivateKey(privateKey)
  return { privateKey, publicKey: new Uint8Array(ecdh.getPublicKey()) }
}

/** Pairs that can sign; the public half of ML-DSA is not needed for that. */
export function signingPairs(algorithm: Algorithm, keys: RecordedKeys): KeyPairs {
  const set = mlDsaOf(algorithm)
  const ecdsa = p384Pair(decode(keys.ecdsa))
  return set === undefined
    ? { ecdsa }
    : { ecdsa, mlDsa: { seed: decodePrivateKeySeed(set, decode(keys.mldsa)), publicKey: NONE } }
}

/** `decapsulationKeys` of the client's log. */
export function decapsulationKeys(algorithm: Algorithm, recorded: unknown): DecapsulationKeys {
  assert.ok(Array.isArray(recorded))
  const suite = postQuantum(nodeCrypto, algorithm)
  const ec = p384Pair(decode(recorded[0]))
  return suite
    ? { ec, mlKem: { seed: decodePrivateKeySeed(suite.mlKem, decode(recorded[1])), publicKey: NONE } }
    : { ec }
}
