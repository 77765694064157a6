/** The keys of one activation (protocol 3.x, Key-derivation). */
import type { CryptoProvider, P256KeyPair } from '../crypto-provider.ts'
import { fold, requireLength } from '../encoding/bytes.ts'
import { kdf } from './kdf.ts'
import { decodePublicKey } from './p256.ts'

/** All 16 bytes long. Names are those of 3.x; newer documents say authentication code where these say signature. */
export interface ActivationKeys {
  /** KEY_SIGNATURE_POSSESSION */
  readonly signaturePossessionKey: Uint8Array
  /** KEY_SIGNATURE_KNOWLEDGE */
  readonly signatureKnowledgeKey: Uint8Array
  /** KEY_SIGNATURE_BIOMETRY */
  readonly signatureBiometryKey: Uint8Array
  /** KEY_TRANSPORT */
  readonly transportKey: Uint8Array
  /** KEY_ENCRYPTION_VAULT */
  readonly vaultEncryptionKey: Uint8Array
}

export const keyIndex = {
  signaturePossessionKey: 1,
  signatureKnowledgeKey: 2,
  signatureBiometryKey: 3,
  transportKey: 1000,
  vaultEncryptionKey: 2000,
  transportIvKey: 3000,
  transportCounterKey: 4000,
} as const

/** KEY_MASTER_SECRET: the folded X coordinate of ECDH between the device's and the server's key. */
export async function deriveMasterSecret(
  crypto: CryptoProvider,
  own: P256KeyPair,
  peerPublicKey: Uint8Array,
): Promise<Uint8Array> {
  return fold(await crypto.ecdhP256(own, decodePublicKey(peerPublicKey)))
}

export async function deriveActivationKeys(crypto: CryptoProvider, masterSecret: Uint8Array): Promise<ActivationKeys> {
  requireLength(masterSecret, 16, 'masterSecret')
  const derive = (index: number) => kdf(crypto, masterSecret, index)
  return {
    signaturePossessionKey: await derive(keyIndex.signaturePossessionKey),
    signatureKnowledgeKey: await derive(keyIndex.signatureKnowledgeKey),
    signatureBiometryKey: await derive(keyIndex.signatureBiometryKey),
    transportKey: await derive(keyIndex.transportKey),
    vaultEncryptionKey: await derive(keyIndex.vaultEncryptionKey),
  }
}

/** Both steps at once. The server calls it with its pair and the device's public key, the device the other way round. */
export async function agreeActivationKeys(
  crypto: CryptoProvider,
  own: P256KeyPair,
  peerPublicKey: Uint8Array,
): Promise<ActivationKeys> {
  return deriveActivationKeys(crypto, await deriveMasterSecret(crypto, own, peerPublicKey))
}
