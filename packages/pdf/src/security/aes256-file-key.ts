/** The file encryption key of revisions 5 and 6 (7.6.4.3.3): random, kept encrypted under the user's and the owner's password. */
import { PdfError } from '../errors.ts'
import { joined, type PdfCiphers, sameOctets } from './ciphers.ts'
import type { EncryptionDictionary } from './encryption-dictionary.ts'
import { preparedPassword } from './password.ts'
import type { UnlockedKey } from './unlock.ts'

const none = new Uint8Array()
const zeroIv = new Uint8Array(16)

/** Algorithm 2.A. Null where the password is neither the user's nor the owner's; PdfError 'encryption_invalid' where Perms contradicts P. */
export function unlockRevision6(
  encryption: EncryptionDictionary,
  password: string,
  ciphers: PdfCiphers,
): UnlockedKey | null {
  const { user, owner, ownerKey, userKey } = encryption
  const prepared = preparedPassword(password)
  const hash = (salt: Uint8Array, userEntry: Uint8Array) => passwordHash(encryption, prepared, salt, userEntry, ciphers)
  const isOwner = sameOctets(hash(owner.subarray(32, 40), user), owner.subarray(0, 32))
  const isUser = !isOwner && sameOctets(hash(user.subarray(32, 40), none), user.subarray(0, 32))
  if (!isOwner && !isUser) return null
  const key = isOwner
    ? ciphers.decryptAesCbc(hash(owner.subarray(40, 48), user), zeroIv, ownerKey)
    : ciphers.decryptAesCbc(hash(user.subarray(40, 48), none), zeroIv, userKey)
  checkPermissions(encryption, key, ciphers)
  return { key, access: isOwner ? 'owner' : 'user' }
}

/** Algorithm 13; a single block of ECB is one of CBC under a zero vector. */
function checkPermissions(
  { permissionsEntry, permissions, encryptMetadata }: EncryptionDictionary,
  key: Uint8Array,
  ciphers: PdfCiphers,
): void {
  const plain = ciphers.decryptAesCbc(key, zeroIv, permissionsEntry)
  const bits = new DataView(plain.buffer, plain.byteOffset).getInt32(0, true)
  const isMarked = plain[9] === 0x61 && plain[10] === 0x64 && plain[11] === 0x62
  if (!isMarked || bits !== permissions || plain[8] !== (encryptMetadata ? 0x54 : 0x46))
    throw new PdfError('encryption_invalid', null, 'Perms is not the encryption of P and EncryptMetadata')
}

/** Algorithm 2.B; revision 5, of a withdrawn extension, is its first step alone. */
function passwordHash(
  { revision }: EncryptionDictionary,
  password: Uint8Array,
  salt: Uint8Array,
  userEntry: Uint8Array,
  { digest, encryptAesCbc }: PdfCiphers,
): Uint8Array {
  let key = digest('SHA-256', joined(password, salt, userEntry))
  if (revision === 5) return key
  let last = 0
  for (let round = 0; round < 64 || last > round - 32; round++) {
    const once = joined(password, key, userEntry)
    const repeated = joined(...Array.from({ length: 64 }, () => once))
    const encrypted = encryptAesCbc(key.subarray(0, 16), key.subarray(16, 32), repeated)
    // 256 ≡ 1 (mod 3): the remainder of the first 16 octets as a number is that of their sum.
    const remainder = encrypted.subarray(0, 16).reduce((sum, octet) => sum + octet, 0) % 3
    key = digest(remainder === 0 ? 'SHA-256' : remainder === 1 ? 'SHA-384' : 'SHA-512', encrypted)
    last = encrypted.at(-1) ?? 0
  }
  return key.subarray(0, 32)
}
