/** The file encryption key of revisions 2 to 4 (7.6.4.3.2, 7.6.4.4): MD5 and RC4 over what the Encrypt dictionary says. */
import { joined, type PdfCiphers, sameOctets } from './ciphers.ts'
import type { EncryptionDictionary } from './encryption-dictionary.ts'
import { paddedPassword, passwordPadding } from './password.ts'
import { rc4 } from './rc4.ts'
import type { UnlockedKey } from './unlock.ts'

/** Null where the password is neither the user's nor the owner's. */
export function unlockRevision4(
  encryption: EncryptionDictionary,
  fileIdentifier: Uint8Array,
  password: string,
  ciphers: PdfCiphers,
): UnlockedKey | null {
  const padded = paddedPassword(password)
  if (!padded) return null
  const asOwner = fileKey(encryption, fileIdentifier, userPassword(encryption, padded, ciphers), ciphers)
  if (isUserKey(encryption, fileIdentifier, asOwner, ciphers)) return { key: asOwner, access: 'owner' }
  const asUser = fileKey(encryption, fileIdentifier, padded, ciphers)
  return isUserKey(encryption, fileIdentifier, asUser, ciphers) ? { key: asUser, access: 'user' } : null
}

/** Algorithm 2. */
function fileKey(
  { revision, keyBytes, owner, permissions, encryptMetadata }: EncryptionDictionary,
  fileIdentifier: Uint8Array,
  padded: Uint8Array,
  { digest }: PdfCiphers,
): Uint8Array {
  const flags = new Uint8Array(4)
  new DataView(flags.buffer).setInt32(0, permissions, true)
  const metadata = revision >= 4 && !encryptMetadata ? Uint8Array.of(0xff, 0xff, 0xff, 0xff) : new Uint8Array()
  let hash = digest('MD5', joined(padded, owner, flags, fileIdentifier, metadata))
  if (revision >= 3) for (let round = 0; round < 50; round++) hash = digest('MD5', hash.subarray(0, keyBytes))
  return hash.subarray(0, keyBytes)
}

/** Algorithm 6: whether the key makes U (algorithms 4 and 5). */
function isUserKey(
  { revision, user }: EncryptionDictionary,
  fileIdentifier: Uint8Array,
  key: Uint8Array,
  { digest }: PdfCiphers,
): boolean {
  if (revision === 2) return sameOctets(rc4(key, passwordPadding), user)
  let value = digest('MD5', joined(passwordPadding, fileIdentifier))
  for (let round = 0; round < 20; round++) value = rc4(mixed(key, round), value)
  return sameOctets(value, user.subarray(0, 16))
}

/** Algorithm 7: the user's password, padded, out of O, if this is the owner's. */
function userPassword(
  { revision, keyBytes, owner }: EncryptionDictionary,
  padded: Uint8Array,
  { digest }: PdfCiphers,
): Uint8Array {
  let hash = digest('MD5', padded)
  if (revision >= 3) for (let round = 0; round < 50; round++) hash = digest('MD5', hash)
  const key = hash.subarray(0, keyBytes)
  if (revision === 2) return rc4(key, owner)
  let value = owner
  for (let round = 19; round >= 0; round--) value = rc4(mixed(key, round), value)
  return value
}

const mixed = (key: Uint8Array, round: number): Uint8Array => key.map((octet) => octet ^ round)
