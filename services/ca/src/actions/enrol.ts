import type { EnrollRequest } from '@cloudsigner/contracts/ejbca'
import {
  authorityInfoAccess,
  authorityKeyIdentifier,
  buildTbsCertificate,
  type CertificationRequest,
  certificatePolicies,
  crlDistributionPoint,
  type Extension,
  extKeyUsage,
  keyIdentifierOf,
  keyUsage,
  PkiError,
  parseCertificationRequest,
  subjectKeyIdentifier,
  toHex,
  verifyCertificationRequest,
} from '@cloudsigner/pki'
import { type Authority, authorities, type CaContext, chainOf } from '../context.ts'
import { LintedCertificate } from '../domain/linted-certificate.ts'
import { after, day, earlier, minute, parseValidityLimit, wholeSecond } from '../domain/moments.ts'
import { CaProblem } from '../domain/problem.ts'
import { type CertificateProfile, certificateProfiles, endEntityProfiles } from '../domain/profiles/profiles.ts'
import { isAcceptableKey } from '../domain/profiles/rfc5280/public-key.ts'
import { newSerialNumber } from '../domain/serial-number.ts'
import { subjectOf } from '../domain/subject.ts'
import { insertIntentOfOwnKey, storeCertificate } from '../store/certificates.ts'

export interface Enrolled {
  /** Upper-case hex. */
  readonly serialNumber: string
  /** DER. */
  readonly certificate: Uint8Array
  /** DER, issuing CA first, root last. */
  readonly chain: readonly Uint8Array[]
}

/** Issues a certificate for a PKCS #10 request. The intent is stored before the key signs, so that a crash never loses a certificate. */
export async function enrol(context: CaContext, asked: EnrollRequest): Promise<Enrolled> {
  const { ca, certificateProfile, endEntityProfile } = resolveNames(context, asked)
  const request = readRequest(asked.certificate_request)
  await assertPossession(context, request)
  if (!isAcceptableKey(request.subjectPublicKeyInfo)) {
    throw new CaProblem('key_unacceptable', 'The key must be on P-256 or P-384, or an RSA key of 2048 to 8192 bits.')
  }
  const completion = { country: context.names.country, uniqueNumber: uniqueNumberOf(context, asked.username) }
  const subject = subjectOf(request.subject, asked.subject_dn ?? null, completion, endEntityProfile)
  const now = context.clock.now()
  const validity = validityOf(asked, now, context.periods.signerDays, ca)
  const serialNumber = newSerialNumber(context.random)
  const linted = LintedCertificate.lint(
    buildTbsCertificate({
      serialNumber,
      issuer: ca.certificate.subject,
      subject,
      ...validity,
      subjectPublicKeyInfo: request.subjectPublicKeyInfo,
      signatureAlgorithm: ca.signer.signatureAlgorithm,
      extensions: extensionsOf(context, certificateProfile, ca, request.subjectPublicKeyInfo),
    }),
    certificateProfile,
    { issuer: ca.certificate },
  )
  const serial = toHex(serialNumber)
  const isOwnKey = await insertIntentOfOwnKey(context.db, {
    issuer: ca.role,
    serialNumber: serial,
    tbsCertificate: linted.tbsCertificate,
    subjectDn: subject.rfc4514,
    subjectKeyIdentifier: toHex(keyIdentifierOf(request.subjectPublicKeyInfo, context.crypto)),
    username: asked.username,
    accountBindingId: asked.account_binding_id ?? null,
    certificateProfile: certificateProfile.name,
    endEntityProfile: endEntityProfile.name,
    ...validity,
    issuedAt: now,
  })
  if (!isOwnKey) {
    // As EJBCA's CAs do unless they are told not to: a key that two people hold proves neither.
    throw new CaProblem(
      'key_of_another_user',
      `User '${asked.username}' may not use this key: a certificate of another user is for the same public key.`,
    )
  }
  const certificate = await linted.sign(ca.signer)
  await storeCertificate(context.db, ca.role, serial, certificate)
  context.logger.info({ issuer: ca.name, serialNumber: serial, profile: certificateProfile.name }, 'certificate issued')
  return { serialNumber: serial, certificate, chain: chainOf(context, ca.role).map(({ der }) => der) }
}

function resolveNames(context: CaContext, asked: EnrollRequest) {
  const ca = authorities(context).find(({ name }) => name === asked.certificate_authority_name)
  if (!ca) throw new CaProblem('ca_not_found', `CA '${asked.certificate_authority_name}' does not exist.`)
  const certificateProfile = certificateProfiles.get(asked.certificate_profile_name)
  if (!certificateProfile) {
    throw new CaProblem('profile_not_found', `Certificate profile '${asked.certificate_profile_name}' does not exist.`)
  }
  const endEntityProfile = endEntityProfiles.get(asked.end_entity_profile_name)
  if (!endEntityProfile) {
    throw new CaProblem('profile_not_found', `End entity profile '${asked.end_entity_profile_name}' does not exist.`)
  }
  if (ca.role !== 'issuing') {
    throw new CaProblem(
      'profile_violation',
      `CA '${ca.name}' is not allowed in end entity profile ${endEntityProfile.name}.`,
    )
  }
  if (!endEntityProfile.certificateProfiles.includes(certificateProfile.name)) {
    throw new CaProblem(
      'profile_violation',
      `Certificate profile ${certificateProfile.name} is not allowed in end entity profile ${endEntityProfile.name}.`,
    )
  }
  return { ca, certificateProfile, endEntityProfile }
}

function readRequest(text: string): CertificationRequest {
  try {
    return parseCertificationRequest(text)
  } catch (cause) {
    if (!(cause instanceof PkiError)) throw cause
    throw new CaProblem('request_malformed', `Invalid certificate request: ${cause.message}.`, {}, { cause })
  }
}

/** The same for every certificate of an end entity; its name, which a bank's other systems know the device by, is not to be read from it. */
function uniqueNumberOf(context: CaContext, username: string): string {
  return toHex(context.crypto.digest('SHA-256', new TextEncoder().encode(username))).slice(0, 16)
}

/** RFC 2986 §3. */
async function assertPossession(context: CaContext, request: CertificationRequest): Promise<void> {
  if (await verifyCertificationRequest(request, context.crypto)) return
  throw new CaProblem(
    'request_signature_invalid',
    'Proof of possession failed: the request is not signed by its own key.',
  )
}

/** A caller's limits, inside what profile and CA allow. */
function validityOf(asked: EnrollRequest, now: Date, signerDays: number, ca: Authority) {
  const limit = (text: string | null | undefined, name: string) => {
    if (text === null || text === undefined || text === '') return null
    const date = parseValidityLimit(text)
    if (!date) throw new CaProblem('parameter_invalid', `Invalid ${name}: '${text}' is not a date.`)
    return wholeSecond(date)
  }
  const notBefore = limit(asked.start_time, 'start_time') ?? wholeSecond(now)
  // RFC 5280 §4.1.2.5: the last second counts.
  const longest = earlier(after(notBefore, signerDays * day - 1000), ca.certificate.notAfter)
  const end = limit(asked.end_time, 'end_time')
  const notAfter = end === null ? longest : earlier(end, longest)
  // Backdated certificates would let a signature look older than its key's proof.
  if (notBefore.getTime() < now.getTime() - 10 * minute || notBefore >= notAfter || notAfter <= now) {
    throw new CaProblem('validity_unacceptable', 'The validity is empty, has ended or begins in the past.')
  }
  return { notBefore, notAfter }
}

function extensionsOf(
  context: CaContext,
  profile: CertificateProfile,
  ca: Authority,
  subjectPublicKeyInfo: Uint8Array,
): readonly Extension[] {
  const policies = profile.policies.length > 0 ? [...profile.policies, ...context.policies] : []
  const caKeyIdentifier = ca.certificate.extensions.subjectKeyIdentifier
  return [
    keyUsage(...profile.keyUsage),
    ...(profile.extKeyUsage.length > 0 ? [extKeyUsage(profile.extKeyUsage)] : []),
    subjectKeyIdentifier(keyIdentifierOf(subjectPublicKeyInfo, context.crypto)),
    ...(caKeyIdentifier ? [authorityKeyIdentifier(caKeyIdentifier)] : []),
    ...(policies.length > 0 ? [certificatePolicies(...policies)] : []),
    crlDistributionPoint(ca.urls.crl),
    authorityInfoAccess({ ocsp: ca.urls.ocsp, caIssuers: ca.urls.caIssuers }),
  ]
}
