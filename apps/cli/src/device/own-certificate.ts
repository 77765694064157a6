/** Which certificates this phone signs with: it knows by itself, whatever a server says. */
import { bytesEqual, type Certificate, namesEqual, parseCertificate } from '@cloudsigner/pki'
import { type DocumentRefusal, DocumentRefused } from './document-refused.ts'

/**
 * Certificates that this phone was given: those for the key in its vault, which prove themselves, and those for keys that
 * CloudSigner keeps, which it knows from its enrolments. Kept with its other state.
 */
export interface KnownCertificates {
  /** DER, newest first. */
  list(): Promise<readonly Uint8Array[]>
  /** One that is known already stays where it is. */
  add(certificate: Uint8Array): Promise<void>
}

/** Documents wait for an hour: more than one may wait for an earlier certificate, and few are changed in an hour. */
const kept = 8

/** The newest first, without repetition; the oldest are forgotten. */
export function withCertificate(known: readonly Uint8Array[], certificate: Uint8Array): readonly Uint8Array[] {
  return known.some((each) => bytesEqual(each, certificate)) ? known : [certificate, ...known].slice(0, kept)
}

export function memoryCertificates(): KnownCertificates {
  let known: readonly Uint8Array[] = []
  return {
    list: async () => known,
    async add(certificate) {
      known = withCertificate(known, certificate)
    },
  }
}

/** External mode: the certificate is for the key in this phone's vault. DocumentRefused 'certificate_other_key'. */
export function requireOwnKey(certificate: Uint8Array, subjectPublicKeyInfo: Uint8Array): Certificate {
  const parsed = parse(certificate, 'certificate_other_key')
  if (!bytesEqual(parsed.subjectPublicKeyInfo, subjectPublicKeyInfo)) throw new DocumentRefused('certificate_other_key')
  return parsed
}

/**
 * The certificate that the bank calls this phone's is one for its own key, or one that it was given when it was enrolled,
 * or a later one for the same key and the same person (a renewal); it is known from then on. DocumentRefused
 * 'certificate_other_key' where this phone never had a key elsewhere, else 'certificate_not_pinned'.
 */
export async function learnCertificate(
  certificate: Uint8Array,
  certificates: KnownCertificates,
  subjectPublicKeyInfo: Uint8Array,
): Promise<void> {
  const pinned = (await certificates.list())
    .map((der) => parseCertificate(der))
    .filter((each) => !bytesEqual(each.subjectPublicKeyInfo, subjectPublicKeyInfo))
  const otherwise = pinned.length === 0 ? 'certificate_other_key' : 'certificate_not_pinned'
  const parsed = parse(certificate, otherwise)
  const own =
    bytesEqual(parsed.subjectPublicKeyInfo, subjectPublicKeyInfo) ||
    pinned.some((known) => bytesEqual(known.der, certificate) || isRenewalOf(known, parsed))
  if (!own) throw new DocumentRefused(otherwise)
  await certificates.add(certificate)
}

function isRenewalOf(known: Certificate, later: Certificate): boolean {
  return (
    bytesEqual(later.subjectPublicKeyInfo, known.subjectPublicKeyInfo) &&
    namesEqual(later.subject, known.subject) &&
    later.notAfter > known.notAfter
  )
}

function parse(certificate: Uint8Array, otherwise: DocumentRefusal): Certificate {
  try {
    return parseCertificate(certificate)
  } catch (cause) {
    throw new DocumentRefused(otherwise, { cause })
  }
}
