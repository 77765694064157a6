/** The signer that the bank has for this phone: its certificate, and where the key lies. */
import { OrchestratorApiError } from '@cloudsigner/clients/orchestrator'
import { attributeValues, bytesEqual, type Certificate, decodeBase64, parseCertificate } from '@cloudsigner/pki'
import type { AppPhone, PhoneSigner } from './app-phone.ts'
import { publicKeyInfo } from './device-key.ts'
import { DocumentRefused } from './document-refused.ts'

export interface Signer {
  /** EXTERNAL: the key never leaves this phone. CLOUD: a server keeps it, and this phone releases each use. */
  readonly mode: 'EXTERNAL' | 'CLOUD'
  readonly status: string
  readonly certificate: Certificate
}

/** Undefined where the phone has not been enrolled. */
export async function findSigner(phone: AppPhone): Promise<Signer | undefined> {
  try {
    return readSigner(await phone.bank().getSigner())
  } catch (error) {
    if (error instanceof OrchestratorApiError && error.code === 'SIGNER_UNKNOWN') return undefined
    throw error
  }
}

export function readSigner({ mode, signerStatus, certificate }: PhoneSigner): Signer {
  return { mode, status: signerStatus, certificate: parseCertificate(decodeBase64(certificate)) }
}

/**
 * The certificate is this person's as this phone knows it: for the phone's own key in External mode (DESIGN rule 7), and in
 * Cloud mode the very one that came with the enrolment. Throws DocumentRefused `other_certificate`.
 */
export function requireOwnCertificate(phone: AppPhone, { mode, certificate }: Signer): void {
  const own =
    mode === 'EXTERNAL'
      ? bytesEqual(certificate.subjectPublicKeyInfo, publicKeyInfo(phone.powerAuth.devicePublicKey))
      : phone.pin.matches(certificate.der)
  if (!own) throw new DocumentRefused('other_certificate')
}

/** The common name, or all of the name where it has none. */
export function shortName(name: Certificate['subject']): string {
  return attributeValues(name, '2.5.4.3')[0] ?? name.rfc4514
}
