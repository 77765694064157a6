import type { OperationStatus, SignatureType } from '@cloudsigner/contracts/powerauth-private'
import type { Generated, Selectable } from 'kysely'

export interface OperationTable {
  operation_id: string
  user_id: string | null
  applications: string[]
  external_id: string | null
  activation_flag: string | null
  operation_type: string
  template_name: string
  data: string
  /** JSON object of texts, as text. */
  parameters: string
  /** JSON object, as text. */
  additional_data: string
  status: OperationStatus
  status_reason: string | null
  signature_types: SignatureType[]
  failure_count: number
  max_failure_count: number
  risk_flags: string | null
  totp_seed_sealed: Uint8Array | null
  activation_id: string | null
  timestamp_created: Date
  timestamp_expires: Date
  timestamp_finalized: Date | null
}

export interface OperationTemplateTable {
  id: Generated<number>
  template_name: string
  operation_type: string
  data_template: string
  signature_types: SignatureType[]
  max_failure_count: number
  /** Seconds. */
  expiration: number
  risk_flags: string | null
  proximity_check_enabled: boolean
}

export interface OperationTables {
  operation: OperationTable
  operation_template: OperationTemplateTable
}

export type OperationRow = Selectable<OperationTable>
export type OperationTemplateRow = Selectable<OperationTemplateTable>
