/** The keys that grow from KEY_ACTIVATION_SECRET (protocol 4.0, Key-derivation). All have 32 bytes. */
import { base64Decode } from '../encoding/base64.ts'
import { wipe } from '../encoding/bytes.ts'
import { type ApplicationCredentials, requireApplication } from '../v3/application.ts'
import type { CryptoProviderV4 } from './crypto-provider.ts'
import { kdf, requireKey } from './kdf.ts'

/** The keys that authentication codes are made with. Those of knowledge and biometry are the first of their line. */
export interface FactorKeys {
  /** KEY_AUTHENTICATION_CODE_POSSESSION */
  readonly possessionKey: Uint8Array
  /** KEY_AUTHENTICATION_CODE_KNOWLEDGE */
  readonly knowledgeKey: Uint8Array
  /** KEY_AUTHENTICATION_CODE_BIOMETRY */
  readonly biometryKey: Uint8Array
}

/** What the vault gives out for a code; the device derives them once, to seal with, and keeps none. */
export interface VaultKeys {
  /** KEK_DEVICE_PRIVATE */
  readonly kekDevicePrivate: Uint8Array
  /** KDK_APP_VAULT_KNOWLEDGE */
  readonly kdkAppVaultKnowledge: Uint8Array
  /** KDK_APP_VAULT_2FA */
  readonly kdkAppVault2fa: Uint8Array
}

export interface UtilityKeys {
  /** KEY_MAC_CTR_DATA */
  readonly ctrDataMacKey: Uint8Array
  /** KEY_MAC_STATUS */
  readonly statusMacKey: Uint8Array
  /** KEY_MAC_GET_ACT_TEMP_KEY */
  readonly temporaryKeyMacKey: Uint8Array
  /** KEY_MAC_PERSONALIZED_DATA */
  readonly personalizedDataMacKey: Uint8Array
  /** KEY_E2EE_SHARED_INFO2 */
  readonly sharedInfo2Key: Uint8Array
  /** KDK_APP_UTILITY: where keys of the application's own grow from. */
  readonly kdkAppUtility: Uint8Array
}

const branches = {
  authenticationCode: 'auth', // KDK_AUTHENTICATION_CODE
  encryption: 'enc', // KDK_ENCRYPTION
  vault: 'vault', // KDK_VAULT
  utility: 'util', // KDK_UTILITY
} as const

const factorLabels = {
  possessionKey: 'auth/possession',
  knowledgeKey: 'auth/knowledge',
  biometryKey: 'auth/biometry',
} as const satisfies Record<keyof FactorKeys, string>

const vaultLabels = {
  kekDevicePrivate: 'vault/kek-device-private',
  kdkAppVaultKnowledge: 'vault/kdk-app-vault-knowledge',
  kdkAppVault2fa: 'vault/kdk-app-vault-2fa',
} as const satisfies Record<keyof VaultKeys, string>

const utilityLabels = {
  ctrDataMacKey: 'util/mac/ctr-data',
  statusMacKey: 'util/mac/status',
  temporaryKeyMacKey: 'util/mac/get-act-temp-key',
  personalizedDataMacKey: 'util/mac/personalized-data',
  sharedInfo2Key: 'util/key-e2ee-sh2',
  kdkAppUtility: 'util/app',
} as const satisfies Record<keyof UtilityKeys, string>

/** The key that a branch of the tree grows from. */
export async function deriveBranch(
  crypto: CryptoProviderV4,
  activationSecret: Uint8Array,
  branch: keyof typeof branches,
): Promise<Uint8Array> {
  return kdf(crypto, requireKey(activationSecret, 'activationSecret'), branches[branch])
}

export async function deriveFactorKeys(crypto: CryptoProviderV4, activationSecret: Uint8Array): Promise<FactorKeys> {
  return ofBranch(crypto, activationSecret, 'authenticationCode', factorLabels)
}

export async function deriveVaultKeys(crypto: CryptoProviderV4, activationSecret: Uint8Array): Promise<VaultKeys> {
  return ofBranch(crypto, activationSecret, 'vault', vaultLabels)
}

export async function deriveUtilityKeys(crypto: CryptoProviderV4, activationSecret: Uint8Array): Promise<UtilityKeys> {
  return ofBranch(crypto, activationSecret, 'utility', utilityLabels)
}

/** The same of KDK_UTILITY, which is what a device keeps of this branch. */
export async function expandUtilityKeys(crypto: CryptoProviderV4, kdkUtility: Uint8Array): Promise<UtilityKeys> {
  return leaves(crypto, requireKey(kdkUtility, 'kdkUtility'), utilityLabels)
}

/** KEY_MAC_GET_APP_TEMP_KEY: grows from the decoded APP_SECRET, 16 bytes. */
export async function deriveApplicationTemporaryKeyMacKey(
  crypto: CryptoProviderV4,
  application: ApplicationCredentials,
): Promise<Uint8Array> {
  const { applicationSecret } = requireApplication(application)
  return kdf(crypto, base64Decode(applicationSecret, 'applicationSecret', 16), 'util/mac/get-app-temp-key')
}

async function ofBranch<Name extends string>(
  crypto: CryptoProviderV4,
  activationSecret: Uint8Array,
  branch: keyof typeof branches,
  labels: Readonly<Record<Name, string>>,
): Promise<Record<Name, Uint8Array>> {
  const root = await deriveBranch(crypto, activationSecret, branch)
  try {
    return await leaves(crypto, root, labels)
  } finally {
    wipe(root)
  }
}

async function leaves<Name extends string>(
  crypto: CryptoProviderV4,
  root: Uint8Array,
  labels: Readonly<Record<Name, string>>,
): Promise<Record<Name, Uint8Array>> {
  const keys = {} as Record<Name, Uint8Array>
  for (const name of Object.keys(labels) as Name[]) keys[name] = await kdf(crypto, root, labels[name])
  return keys
}
