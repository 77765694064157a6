import type { Certificate } from '../certificate/certificate.ts'
import { derChildren, readDer } from '../der/element.ts'
import { PkiError } from '../errors.ts'

/** The BIT STRING's octets of a SubjectPublicKeyInfo: what OCSP calls the key, without tag, length and unused bits. */
export function subjectPublicKeyOf({ subjectPublicKeyInfo }: Certificate): Uint8Array {
  const [, key] = derChildren(readDer(subjectPublicKeyInfo))
  if (key === undefined) throw new PkiError('certificate_malformed', 'SubjectPublicKeyInfo has no key')
  return key.content.subarray(1)
}
