import { type KeySigner, toHex } from '@cloudsigner/pki'
import { generateKeySigner } from '@cloudsigner/pki/node'
import type { SecretBox } from '@cloudsigner/service'
import { issuerOf, type Role, roles } from '../domain/roles.ts'
import { commonNames } from '../domain/service-certificates.ts'
import { insertAdministrator } from '../store/administrators.ts'
import { insertIntent } from '../store/certificates.ts'
import { insertCredentials } from '../store/credentials.ts'
import type { CaDatabase } from '../store/tables.ts'
import {
  type IssuedServiceCertificate,
  type Issuer,
  issueServiceCertificate,
  type ServiceIssuance,
} from './issue-service-certificate.ts'

interface MadeCredential extends IssuedServiceCertificate {
  readonly role: Role
  readonly signer: KeySigner
  readonly pkcs8: Uint8Array
}

/**
 * Makes every key of this CA and stores them in one transaction: after a crash there are all or none. Where another replica was
 * first, what was made here is forgotten.
 */
export async function firstStart(db: CaDatabase, secretBox: SecretBox, issuance: ServiceIssuance): Promise<void> {
  const made = new Map<Role, MadeCredential>()
  for (const role of roles) made.set(role, await makeCredential(role, made.get(issuerOf[role]) ?? null, issuance))
  const credentials = [...made.values()]
  await db.transaction().execute(async (transaction) => {
    const isFirst = await insertCredentials(
      transaction,
      secretBox,
      credentials.map(({ role, pkcs8, certificate }) => ({ role, pkcs8, certificate: certificate.der })),
    )
    if (!isFirst) return
    for (const { intent, certificate } of credentials) await insertIntent(transaction, intent, certificate.der)
    const administrator = made.get('administrator')
    if (!administrator) return
    await insertAdministrator(transaction, {
      fingerprint: toHex(issuance.crypto.digest('SHA-256', administrator.certificate.der)),
      name: commonNames.administrator,
      addedAt: issuance.now,
    })
  })
}

async function makeCredential(role: Role, issuer: Issuer | null, issuance: ServiceIssuance): Promise<MadeCredential> {
  // P-384 where a key signs a handful of times in its life and must hold for 20 years; P-256, some 40 times cheaper, for the rest.
  const { signer, pkcs8 } = await generateKeySigner(role === 'root' || role === 'management' ? 'P-384' : 'P-256')
  return { role, signer, pkcs8, ...(await issueServiceCertificate(role, signer, issuer, issuance)) }
}
