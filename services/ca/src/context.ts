import type { Certificate, CryptoProvider } from '@cloudsigner/pki'
import type { Clock, Logger, Random, SecretBox } from '@cloudsigner/service'
import type { CaNames, CaPeriods } from './config.ts'
import { dnKey } from './domain/distinguished-name.ts'
import { type AuthorityUrls, authorityUrls } from './domain/public-urls.ts'
import { type AuthorityRole, authorityRoles, issuerOf } from './domain/roles.ts'
import { commonNames } from './domain/service-certificates.ts'
import type { Credential, Credentials } from './store/credentials.ts'
import type { CaDatabase } from './store/tables.ts'

/** What every action of this service works with. */
export interface CaContext {
  readonly db: CaDatabase
  readonly secretBox: SecretBox
  readonly clock: Clock
  readonly random: Random
  readonly crypto: CryptoProvider
  readonly logger: Logger
  readonly names: CaNames
  readonly periods: CaPeriods
  readonly publicUrl: string
  readonly policies: readonly string[]
  /** Replaced as a whole where a service certificate is renewed. */
  credentials: Credentials
}

/** A CA as clients see it. */
export interface Authority extends Credential {
  readonly role: AuthorityRole
  readonly name: string
  readonly urls: AuthorityUrls
}

export function authority(context: CaContext, role: AuthorityRole): Authority {
  const credential = context.credentials[role]
  return {
    ...credential,
    role,
    name: commonNames[role],
    urls: authorityUrls(context.publicUrl, credential.certificate, context.crypto),
  }
}

export const authorities = (context: CaContext): readonly Authority[] =>
  authorityRoles.map((role) => authority(context, role))

/** By distinguished name, in whatever order its attributes came. */
export function findAuthorityByDn(context: CaContext, dn: string): Authority | null {
  const key = dnKey(dn)
  return key === null
    ? null
    : (authorities(context).find(({ certificate }) => dnKey(certificate.subject) === key) ?? null)
}

/** The CA's own certificate first, the root's last. */
export function chainOf(context: CaContext, role: AuthorityRole): readonly Certificate[] {
  const { certificate } = context.credentials[role]
  const issuer = issuerOf[role]
  return issuer === role ? [certificate] : [certificate, ...chainOf(context, issuer)]
}
