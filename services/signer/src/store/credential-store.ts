import type { CloudKeyAlgorithm } from '@cloudsigner/contracts/cloud-mode'
import { SignerProblem } from '../domain/signer-problem.ts'
import type { SignerDatabase } from './tables.ts'

/** A key pair of Cloud mode as it lies in its row: both members sealed for it. */
export interface Credential {
  readonly credentialId: string
  /** null once erased. */
  readonly sealedPrivateKey: Uint8Array | null
  readonly sealedDeviceKey: Uint8Array
}

export interface NewCredential extends Credential {
  readonly signerId: string
  readonly keyAlgorithm: CloudKeyAlgorithm
  readonly createdAt: Date
}

export async function insertCredential(db: SignerDatabase, credential: NewCredential): Promise<void> {
  await db
    .insertInto('credential')
    .values({
      id: credential.credentialId,
      signer_id: credential.signerId,
      key_algorithm: credential.keyAlgorithm,
      sealed_private_key: credential.sealedPrivateKey,
      sealed_device_key: credential.sealedDeviceKey,
      created_at: credential.createdAt,
    })
    .execute()
}

/** Throws CERTIFICATE_PROCESSING_ERROR where the row is gone. */
export async function getCredential(db: SignerDatabase, credentialId: string): Promise<Credential> {
  const row = await db
    .selectFrom('credential')
    .select(['sealed_private_key', 'sealed_device_key'])
    .where('id', '=', credentialId)
    .executeTakeFirst()
  if (row === undefined) throw new SignerProblem('CERTIFICATE_PROCESSING_ERROR', 'The key pair is not stored')
  return { credentialId, sealedPrivateKey: row.sealed_private_key, sealedDeviceKey: row.sealed_device_key }
}

/** Of a signer that is REMOVED or REVOKED: from here on nobody can sign by them, whoever reads the rows later. */
export async function erasePrivateKeys(db: SignerDatabase, signerId: string): Promise<void> {
  await db.updateTable('credential').set({ sealed_private_key: null }).where('signer_id', '=', signerId).execute()
}

/** Of one that came too late. */
export async function erasePrivateKey(db: SignerDatabase, credentialId: string): Promise<void> {
  await db.updateTable('credential').set({ sealed_private_key: null }).where('id', '=', credentialId).execute()
}

/** Key pairs that got no certificate: their enrolment ended early. */
export async function deleteUncertified(db: SignerDatabase, before: Date): Promise<void> {
  await db
    .deleteFrom('credential')
    .where('created_at', '<', before)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('certificate')
            .select('certificate.id')
            .whereRef('certificate.credential_id', '=', 'credential.id'),
        ),
      ),
    )
    .execute()
}
