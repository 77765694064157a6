/**
 * ML-KEM and ML-DSA by @noble/post-quantum, for platforms that lack them. An entry of its own, so that a bundle has it
 * only where a hybrid suite is spoken.
 */
import { ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js'
import { wipe } from './encoding/bytes.ts'
import type { PostQuantumProvider } from './v4/crypto-provider.ts'

const kems = { 'ML-KEM-768': ml_kem768, 'ML-KEM-1024': ml_kem1024 } as const
const signatures = { 'ML-DSA-65': ml_dsa65, 'ML-DSA-87': ml_dsa87 } as const
const KEM_SEED = 64
const SIGNATURE_SEED = 32

/** `random` is the platform's source of random bytes, as in the provider that this goes with. */
export function nobleSuite(random: (length: number) => Uint8Array): PostQuantumProvider {
  return {
    generateMlKemKeyPair(set) {
      const seed = random(KEM_SEED)
      return { seed, publicKey: kems[set].keygen(seed).publicKey }
    },
    mlKemEncapsulate(set, publicKey) {
      const { cipherText, sharedSecret } = kems[set].encapsulate(publicKey, random(32))
      return { ciphertext: cipherText, sharedSecret }
    },
    mlKemDecapsulate(set, seed, ciphertext) {
      const { secretKey } = kems[set].keygen(seed)
      try {
        return kems[set].decapsulate(ciphertext, secretKey)
      } finally {
        wipe(secretKey)
      }
    },
    generateMlDsaKeyPair(set) {
      const seed = random(SIGNATURE_SEED)
      return { seed, publicKey: signatures[set].keygen(seed).publicKey }
    },
    mlDsaSign(set, seed, data) {
      const { secretKey } = signatures[set].keygen(seed)
      try {
        return signatures[set].sign(data, secretKey, { extraEntropy: random(32) })
      } finally {
        wipe(secretKey)
      }
    },
    mlDsaVerify(set, publicKey, signature, data) {
      const { lengths } = signatures[set]
      if (publicKey.length !== lengths.publicKey || signature.length !== lengths.signature) return false
      return signatures[set].verify(signature, data, publicKey)
    },
  }
}
