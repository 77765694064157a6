import { type AlternativeName, bytesEqual, extensionOids, findExtension, subjectAltName, toHex } from '@cloudsigner/pki'
import type { CaContext } from '../context.ts'
import { issuerOf, type ServiceRole, serviceRoles } from '../domain/roles.ts'
import { commonNames } from '../domain/service-certificates.ts'
import { insertAdministrator } from '../store/administrators.ts'
import { insertIntent } from '../store/certificates.ts'
import { findCredentials, replaceCertificate } from '../store/credentials.ts'
import { issueServiceCertificate } from './issue-service-certificate.ts'

/** A service certificate is renewed when less than this share of its life is left. */
const renewalShare = 1 / 4

/** Renews, for the keys they have, service certificates that near their end or name other hosts than the server has now. True where one was. */
export async function renewServiceCertificates(
  context: CaContext,
  hosts: readonly AlternativeName[],
): Promise<boolean> {
  const due = serviceRoles.filter((role) => isDue(context, role, hosts))
  for (const role of due) await renew(context, role, hosts)
  if (due.length === 0) return false
  context.credentials = (await findCredentials(context.db, context.secretBox)) ?? context.credentials
  return true
}

function isDue(context: CaContext, role: ServiceRole, hosts: readonly AlternativeName[]): boolean {
  const { notBefore, notAfter, extensions } = context.credentials[role].certificate
  const life = notAfter.getTime() - notBefore.getTime()
  if (notAfter.getTime() - context.clock.now().getTime() < life * renewalShare) return true
  if (role !== 'tls') return false
  const names = findExtension(extensions.all, extensionOids.subjectAltName)
  return names === null || !bytesEqual(names.value, subjectAltName(...hosts).value)
}

async function renew(context: CaContext, role: ServiceRole, hosts: readonly AlternativeName[]): Promise<void> {
  const { crypto, names, periods, publicUrl, random } = context
  const now = context.clock.now()
  const { certificate, intent } = await issueServiceCertificate(
    role,
    context.credentials[role].signer,
    context.credentials[issuerOf[role]],
    { now, names, periods, publicUrl, hosts, random, crypto },
  )
  await context.db.transaction().execute(async (transaction) => {
    await insertIntent(transaction, intent, certificate.der)
    await replaceCertificate(transaction, role, certificate.der)
    if (role !== 'administrator') return
    const fingerprint = toHex(crypto.digest('SHA-256', certificate.der))
    await insertAdministrator(transaction, { fingerprint, name: commonNames[role], addedAt: now })
  })
  context.logger.info({ role, notAfter: certificate.notAfter }, 'service certificate renewed')
}
