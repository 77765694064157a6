/** The vault of 4.0: three keys, each for the factors that may have it (`/pa/v4/vault/unlock`). */
import { ProtocolError } from '../protocol-error.ts'
import type { AuthenticationCodeType } from './authentication-code.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import { deriveVaultKeys, type VaultKeys } from './key-tree.ts'

/** `keyIdentifier` by name, with the codes that open it. */
const vaultKeys = {
  KEK_DEVICE_PRIVATE: { key: 'kekDevicePrivate', types: ['possession_knowledge', 'possession_biometry'] },
  KDK_APP_VAULT_KNOWLEDGE: { key: 'kdkAppVaultKnowledge', types: ['possession_knowledge'] },
  KDK_APP_VAULT_2FA: { key: 'kdkAppVault2fa', types: ['possession_knowledge', 'possession_biometry'] },
} as const satisfies Record<string, { key: keyof VaultKeys; types: readonly AuthenticationCodeType[] }>

export type VaultKeyIdentifier = keyof typeof vaultKeys

/** Throws `invalid_argument`. The server checks the identifier before the code, so that no counter moves for a wrong one. */
export function parseVaultKeyIdentifier(text: unknown): VaultKeyIdentifier {
  if (typeof text !== 'string' || !Object.hasOwn(vaultKeys, text)) {
    throw new ProtocolError('invalid_argument', 'The key identifier of the vault is unknown')
  }
  return text as VaultKeyIdentifier
}

/** `disable_biometry_unlock_kek_device_private` of the application's configuration takes biometry from the device key. */
export function mayUnlock(
  identifier: VaultKeyIdentifier,
  type: AuthenticationCodeType,
  options: { readonly biometryForDevicePrivate: boolean },
): boolean {
  if (identifier === 'KEK_DEVICE_PRIVATE' && type === 'possession_biometry') return options.biometryForDevicePrivate
  const types: readonly AuthenticationCodeType[] = vaultKeys[identifier].types
  return types.includes(type)
}

/** `vaultEncryptionKey`, 32 bytes. */
export async function deriveVaultKey(
  crypto: CryptoProviderV4,
  activationSecret: Uint8Array,
  identifier: VaultKeyIdentifier,
): Promise<Uint8Array> {
  const keys = await deriveVaultKeys(crypto, activationSecret)
  return keys[vaultKeys[identifier].key]
}
