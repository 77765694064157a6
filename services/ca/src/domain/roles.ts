/** The CAs. Signers, OCSP responder and TSA hang from `root` by `issuing`; TLS and administrators from `management`, which no PDF reader trusts. */
export const authorityRoles = ['root', 'issuing', 'management'] as const
export type AuthorityRole = (typeof authorityRoles)[number]

/** What else has a key here. */
export const serviceRoles = ['ocsp', 'tsa', 'tls', 'administrator'] as const
export type ServiceRole = (typeof serviceRoles)[number]

export const roles = [...authorityRoles, ...serviceRoles] as const
export type Role = (typeof roles)[number]

export const issuerOf: Readonly<Record<Role, AuthorityRole>> = {
  root: 'root',
  issuing: 'root',
  management: 'management',
  ocsp: 'issuing',
  tsa: 'issuing',
  tls: 'management',
  administrator: 'management',
}

export const isAuthorityRole = (role: Role): role is AuthorityRole => authorityRoles.some((known) => known === role)
