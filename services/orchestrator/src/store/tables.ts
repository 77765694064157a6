import type { SignerMode } from '@cloudsigner/contracts/cloud-mode'
import type { CallbackOutcome, IdentityType } from '@cloudsigner/contracts/orchestrator'
import type { SignerStatus } from '@cloudsigner/contracts/signer'
import type { Generated, Kysely } from 'kysely'
import type { SessionState } from '../domain/signing-session.ts'

export interface OrchestratorTables {
  person: PersonRow
  activation: ActivationRow
  session: SessionRow
  received_callback: ReceivedCallbackRow
}

/** A callback that was taken, by its Idempotency-Key. */
interface ReceivedCallbackRow {
  idempotency_key: string
  source: 'signer' | 'powerauth'
  type: string
  subject: string
  outcome: CallbackOutcome
  received_at: Date
}

export type OrchestratorDatabase = Kysely<OrchestratorTables>

export const orchestratorSchema = 'orchestrator'

interface PersonRow {
  user_id: string
  given_name: string
  surname: string
  country: string
  identity_type: IdentityType
  identity_value: string
  created_at: Date
}

/** Activations that this bank started; their state is PowerAuth's to say, and known here as of its last callback. */
interface ActivationRow {
  activation_id: string
  user_id: string
  started_at: Date
  /** When the signer last took the phone's enrolment; null before. */
  enrolled_at: Date | null
  /** Of that enrolment. */
  mode: SignerMode | null
  /** What PowerAuth and the signer said when they last told of a change; null before. */
  activation_status: Generated<string | null>
  signer_status: Generated<SignerStatus | null>
}

/** A signing session: `domain/signing-session.ts` says which members go with which status. */
interface SessionRow {
  id: string
  user_id: string
  activation_id: string
  name: string
  file_name: string
  /** The bank's own copy of the PDF, for the phone to show. */
  blob: string
  size: number
  status: SessionState['status']
  signer_document_id: string | null
  hash: string | null
  waiting_until: Date | null
  signature: string | null
  reason: string | null
  /** Cloud mode: the signer's approval (Base64 DER), and PowerAuth's operation for it. */
  approval_id: string | null
  approval: string | null
  operation_id: string | null
  /** Goes up by one with every change: two changes at once do not overwrite each other. */
  revision: number
  created_at: Date
}
