/** Which certificate this phone signs with: it knows by itself, whatever a server says. */
import { bytesEqual, type Certificate, namesEqual, parseCertificate } from '@cloudsigner/pki'
import { DocumentRefused } from './document-refused.ts'

/** The certificate of Cloud mode that this phone was enrolled with, kept with its other state. */
export interface PinnedCertificate {
  /** DER; undefined before an enrolment in Cloud mode. */
  load(): Promise<Uint8Array | undefined>
  save(certificate: Uint8Array): Promise<void>
}

export function memoryPin(): PinnedCertificate {
  let pinned: Uint8Array | undefined
  return {
    load: async () => pinned,
    async save(certificate) {
      pinned = certificate
    },
  }
}

/** External mode: the certificate is for the key in this phone's vault. */
export function requireOwnKey(certificate: Uint8Array, subjectPublicKeyInfo: Uint8Array): Certificate {
  const parsed = parse(certificate, 'certificate_other_key')
  if (!bytesEqual(parsed.subjectPublicKeyInfo, subjectPublicKeyInfo)) throw new DocumentRefused('certificate_other_key')
  return parsed
}

/**
 * Cloud mode: it is the certificate that this phone was given when it was enrolled, or a later one for the same key and
 * the same person (a renewal), which is known from then on.
 */
export async function requirePinned(certificate: Uint8Array, pin: PinnedCertificate): Promise<Certificate> {
  const pinned = await pin.load()
  if (pinned === undefined) throw new DocumentRefused('certificate_unknown')
  const parsed = parse(certificate, 'certificate_not_pinned')
  if (bytesEqual(certificate, pinned)) return parsed
  const known = parseCertificate(pinned)
  const renewed =
    bytesEqual(parsed.subjectPublicKeyInfo, known.subjectPublicKeyInfo) &&
    namesEqual(parsed.subject, known.subject) &&
    parsed.notAfter > known.notAfter
  if (!renewed) throw new DocumentRefused('certificate_not_pinned')
  await pin.save(certificate)
  return parsed
}

function parse(certificate: Uint8Array, otherwise: 'certificate_other_key' | 'certificate_not_pinned'): Certificate {
  try {
    return parseCertificate(certificate)
  } catch (cause) {
    throw new DocumentRefused(otherwise, { cause })
  }
}
