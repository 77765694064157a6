import {
  type AlternativeName,
  assembleCertificate,
  buildTbsCertificate,
  type Certificate,
  type CryptoProvider,
  type KeySigner,
  keyIdentifierOf,
  parseCertificate,
  toHex,
} from '@cloudsigner/pki'
import type { Random } from '@cloudsigner/service'
import type { CaNames, CaPeriods } from '../config.ts'
import { after, day, earlier, wholeSecond } from '../domain/moments.ts'
import { authorityUrls } from '../domain/public-urls.ts'
import { issuerOf, type Role } from '../domain/roles.ts'
import { newSerialNumber } from '../domain/serial-number.ts'
import { serviceCertificateShape } from '../domain/service-certificates.ts'
import type { CertificateIntent } from '../store/certificates.ts'

export interface ServiceIssuance {
  readonly now: Date
  readonly names: CaNames
  readonly periods: CaPeriods
  readonly publicUrl: string
  readonly hosts: readonly AlternativeName[]
  readonly random: Random
  readonly crypto: CryptoProvider
}

/** A CA that signs; null where the certificate is its own issuer's. */
export interface Issuer {
  readonly certificate: Certificate
  readonly signer: KeySigner
}

export interface IssuedServiceCertificate {
  readonly certificate: Certificate
  readonly intent: CertificateIntent
}

/** Signs a certificate of this service's own. */
export async function issueServiceCertificate(
  role: Role,
  subject: KeySigner,
  issuer: Issuer | null,
  issuance: ServiceIssuance,
): Promise<IssuedServiceCertificate> {
  const { now, publicUrl, crypto } = issuance
  const shape = serviceCertificateShape(role, {
    names: issuance.names,
    crypto,
    issuer: issuer && {
      certificate: issuer.certificate,
      urls: authorityUrls(publicUrl, issuer.certificate, crypto),
    },
    subjectPublicKeyInfo: subject.subjectPublicKeyInfo,
    hosts: issuance.hosts,
  })
  const signer = issuer?.signer ?? subject
  const serialNumber = newSerialNumber(issuance.random)
  const notBefore = wholeSecond(now)
  // RFC 5280 §4.1.2.5: the last second counts.
  const end = after(notBefore, days(role, issuance.periods) * day - 1000)
  const notAfter = issuer ? earlier(end, issuer.certificate.notAfter) : end
  const tbsCertificate = buildTbsCertificate({
    serialNumber,
    issuer: issuer?.certificate.subject ?? shape.subject,
    ...shape,
    notBefore,
    notAfter,
    subjectPublicKeyInfo: subject.subjectPublicKeyInfo,
    signatureAlgorithm: signer.signatureAlgorithm,
  })
  const certificate = parseCertificate(assembleCertificate(tbsCertificate, await signer.sign(tbsCertificate)))
  return {
    certificate,
    intent: {
      issuer: issuerOf[role],
      serialNumber: toHex(serialNumber),
      tbsCertificate,
      subjectDn: certificate.subject.rfc4514,
      subjectKeyIdentifier: toHex(keyIdentifierOf(subject.subjectPublicKeyInfo, crypto)),
      username: null,
      accountBindingId: null,
      certificateProfile: null,
      endEntityProfile: null,
      notBefore,
      notAfter,
      issuedAt: now,
    },
  }
}

function days(role: Role, periods: CaPeriods): number {
  if (role === 'root' || role === 'management') return periods.rootDays
  return role === 'issuing' ? periods.issuingDays : periods.serviceDays
}
