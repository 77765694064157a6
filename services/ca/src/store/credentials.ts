import { createPrivateKey, type KeyObject } from 'node:crypto'
import { type Certificate, type KeySigner, parseCertificate } from '@cloudsigner/pki'
import { keySigner } from '@cloudsigner/pki/node'
import type { SecretBox } from '@cloudsigner/service'
import { type Role, roles } from '../domain/roles.ts'
import type { CaDatabase, CaTransaction } from './tables.ts'

/** A key of this service, opened. */
export interface Credential {
  readonly role: Role
  readonly certificate: Certificate
  readonly signer: KeySigner
  readonly privateKey: KeyObject
}

export type Credentials = Readonly<Record<Role, Credential>>

export interface NewCredential {
  readonly role: Role
  readonly pkcs8: Uint8Array
  readonly certificate: Uint8Array
}

const identityOf = (role: Role): string => `ca.credential.privateKey:${role}`

/** Null before the first start. Throws SecretBoxError where a key was not sealed by this box. */
export async function findCredentials(db: CaDatabase, secretBox: SecretBox): Promise<Credentials | null> {
  const rows = await db.selectFrom('credential').select(['role', 'private_key', 'certificate']).execute()
  const byRole = new Map(rows.map((row) => [row.role, row]))
  if (byRole.size === 0) return null
  const load = (role: Role): Credential => {
    const row = byRole.get(role)
    if (!row) throw new Error(`the key of ${role} is missing from the database`)
    const pkcs8 = Buffer.from(secretBox.open(row.private_key, identityOf(role)))
    const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    pkcs8.fill(0)
    return { role, certificate: parseCertificate(row.certificate), signer: keySigner(privateKey), privateKey }
  }
  return Object.fromEntries(roles.map((role) => [role, load(role)])) as unknown as Credentials
}

/** All or none: false where another replica was first, and nothing was stored. */
export async function insertCredentials(
  transaction: CaTransaction,
  secretBox: SecretBox,
  credentials: readonly NewCredential[],
): Promise<boolean> {
  const inserted = await transaction
    .insertInto('credential')
    .values(
      credentials.map(({ role, pkcs8, certificate }) => ({
        role,
        private_key: secretBox.seal(pkcs8, identityOf(role)),
        certificate,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('role')
    .execute()
  return inserted.length === credentials.length
}

export async function replaceCertificate(
  transaction: CaTransaction,
  role: Role,
  certificate: Uint8Array,
): Promise<void> {
  await transaction.updateTable('credential').set({ certificate }).where('role', '=', role).execute()
}
