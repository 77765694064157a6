/** The vault: the key that opens the device's private key is asked for at the server, with a code. */
import {
  agreeActivationKeys,
  base64Decode,
  decryptDevicePrivateKey,
  decryptVaultKey,
  signWithDeviceKey,
  verifyDeviceSignature,
} from '@cloudsigner/powerauth-protocol'
import type { ActivationRecord } from './activation-record.ts'
import { members, textMember } from './http-client.ts'
import { PowerAuthError } from './power-auth-error.ts'
import { type ProtocolContext, readingAnswer } from './protocol-context.ts'

/** Reasons that the server records. */
export type VaultUnlockReason = 'ADD_BIOMETRY' | 'FETCH_ENCRYPTION_KEY' | 'SIGN_WITH_DEVICE_PRIVATE_KEY'

/** The vault key out of the decrypted answer. */
export async function openVaultKey(
  context: ProtocolContext,
  record: ActivationRecord,
  plaintext: unknown,
): Promise<Uint8Array> {
  return readingAnswer(() => {
    const encrypted = base64Decode(textMember(members(plaintext), 'encryptedVaultEncryptionKey'), 'vault key')
    return decryptVaultKey(context.crypto, record.transportKey, encrypted)
  })
}

/** DER ECDSA over the data. What the key wrote is verified before it is given out. */
export async function signInVault(
  context: ProtocolContext,
  record: ActivationRecord,
  vaultKey: Uint8Array,
  data: Uint8Array,
): Promise<Uint8Array> {
  return withDeviceKey(context, record, vaultKey, async (device) => {
    const signature = await signWithDeviceKey(context.crypto, device, data)
    if (!(await verifyDeviceSignature(context.crypto, record.devicePublicKey, data, signature))) {
      throw new PowerAuthError('invalid_response', 'The vault key does not open the device key')
    }
    return signature
  })
}

/** The biometry factor's key, agreed anew: the device does not keep it where biometry is off. */
export async function biometryKeyOf(
  context: ProtocolContext,
  record: ActivationRecord,
  vaultKey: Uint8Array,
): Promise<Uint8Array> {
  return withDeviceKey(context, record, vaultKey, async (device) => {
    const keys = await agreeActivationKeys(context.crypto, device, record.serverPublicKey)
    return keys.signatureBiometryKey
  })
}

async function withDeviceKey<T>(
  { crypto }: ProtocolContext,
  record: ActivationRecord,
  vaultKey: Uint8Array,
  use: (device: { readonly privateKey: Uint8Array; readonly publicKey: Uint8Array }) => Promise<T>,
): Promise<T> {
  const privateKey = await readingAnswer(() =>
    decryptDevicePrivateKey(crypto, vaultKey, record.encryptedDevicePrivateKey),
  )
  try {
    return await use({ privateKey, publicKey: record.devicePublicKey })
  } finally {
    privateKey.fill(0)
    vaultKey.fill(0)
  }
}
