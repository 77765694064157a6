import type { ActivationStatus, CommitPhase, SignatureType } from '@cloudsigner/contracts/powerauth-private'
import type { Generated, Kysely, Selectable } from 'kysely'
import type { CallbackUrlTable } from './callback-urls.ts'
import type { OperationTables } from './operation-tables.ts'

export interface ApplicationTable {
  application_id: string
  roles: string[]
  timestamp_created: Date
}

export interface ApplicationVersionTable {
  application_id: string
  application_version_id: string
  application_key: string
  application_secret_sealed: Uint8Array
  supported: boolean
  timestamp_created: Date
}

export interface MasterKeypairTable {
  application_id: string
  public_key: Uint8Array
  private_key_sealed: Uint8Array
  timestamp_created: Date
}

export interface ApplicationConfigTable {
  application_id: string
  key: string
  values: string[]
}

export interface ActivationTable {
  activation_id: string
  application_id: string
  user_id: string
  activation_code: string | null
  activation_status: ActivationStatus
  blocked_reason: string | null
  commit_phase: CommitPhase
  otp_hash: string | null
  activation_name: string | null
  extras: string | null
  platform: string | null
  device_info: string | null
  external_id: string | null
  protocol: string
  flags: string[]
  failed_attempts: number
  max_failed_attempts: number
  /** Protocol major version, once keys are exchanged. */
  version: number | null
  device_public_key: Uint8Array | null
  server_public_key: Uint8Array | null
  server_private_key_sealed: Uint8Array | null
  ctr_data: Uint8Array | null
  counter: number
  timestamp_created: Date
  timestamp_expires: Date
  timestamp_last_used: Date
  timestamp_last_change: Date | null
}

export interface ActivationHistoryTable {
  id: Generated<number>
  activation_id: string
  activation_status: ActivationStatus
  event_reason: string | null
  external_user_id: string | null
  activation_name: string | null
  version: number | null
  timestamp_created: Date
}

export interface SignatureAuditTable {
  id: Generated<number>
  activation_id: string
  application_id: string
  user_id: string
  activation_counter: number
  activation_ctr_data: Uint8Array | null
  activation_status: ActivationStatus
  /** JSON object of key and value, as text. */
  additional_info: string
  data: Uint8Array | null
  signature_version: string | null
  signature_type: SignatureType
  signature: string
  note: string
  valid: boolean
  version: number
  timestamp_created: Date
}

export interface TokenTable {
  token_id: string
  activation_id: string
  token_secret_sealed: Uint8Array
  signature_type: SignatureType
  timestamp_created: Date
}

export interface TemporaryKeyTable {
  id: string
  application_key: string
  /** Null in application scope. */
  activation_id: string | null
  public_key: Uint8Array
  private_key_sealed: Uint8Array
  timestamp_expires: Date
}

export interface UniqueValueTable {
  unique_value: string
  type: number
  timestamp_expires: Date
}

export interface IntegrationTable {
  id: string
  name: string
  client_token: string
  client_secret_hash: Uint8Array
}

export interface PowerAuthTables extends OperationTables {
  application: ApplicationTable
  application_version: ApplicationVersionTable
  master_keypair: MasterKeypairTable
  application_config: ApplicationConfigTable
  activation: ActivationTable
  activation_history: ActivationHistoryTable
  signature_audit: SignatureAuditTable
  token: TokenTable
  temporary_key: TemporaryKeyTable
  unique_value: UniqueValueTable
  integration: IntegrationTable
  callback_url: CallbackUrlTable
}

/** The service's tables, inside a transaction or out. */
export type Db = Kysely<PowerAuthTables>

export type ActivationRow = Selectable<ActivationTable>
