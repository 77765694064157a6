import type { SignerStatus } from '@cloudsigner/contracts/signer'
import type { OrchestratorDatabase } from './tables.ts'

/** What PowerAuth and the signer last said of a device. */
export interface ActivationStates {
  readonly activationStatus: string | null
  readonly signerStatus: SignerStatus | null
}

/** null where this bank did not start the activation. */
export async function findActivationStates(
  db: OrchestratorDatabase,
  activationId: string,
): Promise<ActivationStates | null> {
  const row = await db
    .selectFrom('activation')
    .select(['activation_status', 'signer_status'])
    .where('activation_id', '=', activationId)
    .executeTakeFirst()
  return row === undefined ? null : { activationStatus: row.activation_status, signerStatus: row.signer_status }
}

export async function setActivationStates(
  db: OrchestratorDatabase,
  activationId: string,
  { activationStatus, signerStatus }: ActivationStates,
): Promise<void> {
  await db
    .updateTable('activation')
    .set({ activation_status: activationStatus, signer_status: signerStatus })
    .where('activation_id', '=', activationId)
    .execute()
}
