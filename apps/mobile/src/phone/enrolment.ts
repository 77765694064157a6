/** A certificate for this phone's key: what it will say, and the request for it. */
import {
  assembleCertificationRequest,
  attributeValues,
  buildCertificationRequestInfo,
  decodeBase64,
  derToPem,
  encodeBase64,
  type Name,
  parseName,
  readDeviceKeyBinding,
} from '@cloudsigner/pki'
import type { Authentication } from '@cloudsigner/powerauth-sdk'
import type { AppPhone } from './app-phone.ts'
import { publicKeyInfo } from './device-key.ts'
import { DocumentRefused } from './document-refused.ts'
import { readSigner, requireOwnCertificate, type Signer } from './signer.ts'

/** What the person is shown before the certificate is made: each attribute of its subject. */
export interface CertificateSubject {
  readonly name: Name
  readonly attributes: readonly { readonly attribute: SubjectAttribute; readonly value: string }[]
}

export type SubjectAttribute = 'commonName' | 'givenName' | 'surname' | 'serialNumber' | 'country' | 'other'

const known: readonly (readonly [SubjectAttribute, string])[] = [
  ['commonName', '2.5.4.3'],
  ['givenName', '2.5.4.42'],
  ['surname', '2.5.4.4'],
  ['serialNumber', '2.5.4.5'],
  ['country', '2.5.4.6'],
]

export async function fetchCertificateSubject(phone: AppPhone): Promise<CertificateSubject> {
  const { subject } = await phone.bank().getSubject()
  return describeSubject(parseName(decodeBase64(subject)))
}

/** Every attribute of the name, the known ones first; none may go into the certificate unseen. */
export function describeSubject(name: Name): CertificateSubject {
  const oids = new Set(known.map(([, oid]) => oid))
  const shown = known.flatMap(([attribute, oid]) => attributeValues(name, oid).map((value) => ({ attribute, value })))
  const others = name.rdns
    .flat()
    .filter(({ type }) => !oids.has(type))
    .map(({ type, value }) => ({ attribute: 'other' as const, value: `${type}: ${value}` }))
  return { name, attributes: [...shown, ...others] }
}

/** Makes the request for just the subject that was shown, signs it with the device's key, and has the bank enrol it. */
export async function enrol(phone: AppPhone, subject: Name, authentication: Authentication): Promise<Signer> {
  const subjectPublicKeyInfo = publicKeyInfo(phone.powerAuth.devicePublicKey)
  const info = buildCertificationRequestInfo({ subject, subjectPublicKeyInfo })
  const request = assembleCertificationRequest(info, await phone.sign(authentication, info))
  const signer = readSigner(await phone.bank(authentication).enrol(derToPem(request, 'CERTIFICATE REQUEST')))
  requireOwnCertificate(phone, signer)
  return signer
}

/**
 * Cloud mode: the signing service makes a key pair, and pins this phone's key to it: what the phone signs names this
 * activation and this person, and can serve for nothing else.
 */
export async function enrolInCloud(phone: AppPhone, authentication: Authentication): Promise<Signer> {
  const bank = phone.bank(authentication)
  const { challengeId, toBeSigned } = await bank.createEnrolChallenge()
  const binding = decodeBase64(toBeSigned)
  if (readDeviceKeyBinding(binding).signerId !== phone.powerAuth.activationId) {
    throw new DocumentRefused('other_approval')
  }
  const signer = readSigner(
    await bank.enrolInCloud({
      challengeId,
      devicePublicKey: encodeBase64(publicKeyInfo(phone.powerAuth.devicePublicKey)),
      signature: encodeBase64(await phone.sign(authentication, binding)),
    }),
  )
  phone.pin.set(signer.certificate.der)
  return signer
}

/** A new certificate before the old one ends, in the mode that the phone has. */
export async function renewSigner(
  phone: AppPhone,
  mode: Signer['mode'],
  authentication: Authentication,
): Promise<Signer> {
  if (mode === 'CLOUD') return enrolInCloud(phone, authentication)
  return enrol(phone, (await fetchCertificateSubject(phone)).name, authentication)
}
