/** The vault: the keys that open the device's private keys, and the application's own, are asked for with a code. */
import { base64Decode } from '@cloudsigner/powerauth-protocol'
import {
  deriveApplicationVaultKey,
  type KeyPairs,
  openRecord,
  type VaultKeyIdentifier,
} from '@cloudsigner/powerauth-protocol/v4'
import type { Authentication } from '../authentication.ts'
import { members, textMember } from '../http-client.ts'
import { readingAnswer } from '../protocol-context.ts'
import type { ActivationRecord } from './activation-record.ts'
import type { Context } from './context.ts'
import type { Requests } from './requests.ts'

/** Reasons that the server records. */
export type VaultUnlockReason = 'FETCH_ENCRYPTION_KEY' | 'SIGN_DATA'

export async function unlockVault(
  requests: Requests,
  authentication: Authentication,
  keyIdentifier: VaultKeyIdentifier,
  reason: VaultUnlockReason,
): Promise<Uint8Array> {
  const endpoint = { uriId: '/pa/vault/unlock', sharedInfo1: '/pa/vault/unlock' } as const
  const answer = await requests.authenticatedAndEncrypted(endpoint, { keyIdentifier, reason }, authentication)
  return readingAnswer(() => base64Decode(textMember(members(answer), 'vaultEncryptionKey'), 'vaultEncryptionKey', 32))
}

/** Runs with the device's private keys in the clear, and wipes them. */
export async function withDeviceKeys<T>(
  context: Context,
  record: ActivationRecord,
  kekDevicePrivate: Uint8Array,
  use: (keys: KeyPairs) => Promise<T>,
): Promise<T> {
  const { activationId, devicePublicKeys, sealedEcdsaKey, sealedMlDsaSeed } = record
  const sealed = { kind: 'enc/kek-device-private', activationId } as const
  const opened: Uint8Array[] = [kekDevicePrivate]
  const openKey = async (bytes: Uint8Array) => {
    const key = await readingAnswer(() => openRecord(context.crypto, kekDevicePrivate, sealed, bytes))
    opened.push(key)
    return key
  }
  try {
    const ecdsa = { privateKey: await openKey(sealedEcdsaKey), publicKey: devicePublicKeys.ecdsa }
    const { mlDsa: publicKey } = devicePublicKeys
    if (sealedMlDsaSeed === undefined || publicKey === undefined) return await use({ ecdsa })
    return await use({ ecdsa, mlDsa: { seed: await openKey(sealedMlDsaSeed), publicKey } })
  } finally {
    for (const key of opened) key.fill(0)
  }
}

/** A key of the application's own: behind the password, or behind any two factors. */
export async function applicationVaultKey(
  context: Context,
  requests: Requests,
  authentication: Authentication,
  vault: { readonly kind: 'knowledge' | '2fa'; readonly index: number },
): Promise<Uint8Array> {
  const identifier = vault.kind === 'knowledge' ? 'KDK_APP_VAULT_KNOWLEDGE' : 'KDK_APP_VAULT_2FA'
  const key = await unlockVault(requests, authentication, identifier, 'FETCH_ENCRYPTION_KEY')
  try {
    return await deriveApplicationVaultKey(context.crypto, { kind: vault.kind, key }, vault.index)
  } finally {
    key.fill(0)
  }
}
