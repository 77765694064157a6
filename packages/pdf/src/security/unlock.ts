import type { PdfView } from '../document/view.ts'
import { PdfError } from '../errors.ts'
import { type PdfObject, PdfReference, PdfString } from '../syntax/objects.ts'
import { unlockRevision6 } from './aes256-file-key.ts'
import type { Decryption } from './ciphers.ts'
import { readEncryptionDictionary } from './encryption-dictionary.ts'
import { unlockRevision4 } from './rc4-file-key.ts'
import { Security } from './security.ts'

/** The file encryption key, and whose password gave it. */
export interface UnlockedKey {
  readonly key: Uint8Array
  readonly access: 'user' | 'owner'
}

/**
 * Opens an encrypted document; `view` gives its objects as they stand in the file.
 * PdfError 'password_wrong' | 'encryption_unsupported' | 'encryption_invalid'.
 */
export async function unlock(view: PdfView, entry: PdfObject, decryption: Decryption): Promise<Security> {
  const encryption = await readEncryptionDictionary(view, entry)
  const { ciphers, password = '' } = decryption
  const unlocked =
    encryption.revision >= 5
      ? unlockRevision6(encryption, password, ciphers)
      : unlockRevision4(encryption, await fileIdentifier(view), password, ciphers)
  if (!unlocked) throw new PdfError('password_wrong', null)
  return new Security(encryption, unlocked, ciphers, entry instanceof PdfReference ? entry.number : null)
}

/** The first element of ID; table 15 demands it, and files without count as having an empty one. */
async function fileIdentifier(view: PdfView): Promise<Uint8Array> {
  const [first] = (await view.resolveArray(view.trailer.get('ID'))) ?? []
  const identifier = await view.resolve(first)
  return identifier instanceof PdfString ? identifier.bytes : new Uint8Array()
}
