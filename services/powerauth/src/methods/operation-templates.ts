import type {
  CreateOperationTemplateRequest,
  OperationTemplate,
  OperationTemplateIdRequest,
  OperationTemplateList,
  UpdateOperationTemplateRequest,
} from '@cloudsigner/contracts/powerauth-private'
import { refuse } from '../domain/errors.ts'
import type { OperationTemplateRow } from '../store/operation-tables.ts'
import {
  deleteOperationTemplate,
  findOperationTemplate,
  insertOperationTemplate,
  listOperationTemplates,
  updateOperationTemplateRow,
} from '../store/operation-templates.ts'
import type { PowerAuthContext } from './context.ts'

/** Throws ERR0039 where a template of this name exists. */
export async function createOperationTemplate(
  { db }: PowerAuthContext,
  request: CreateOperationTemplateRequest,
): Promise<OperationTemplate> {
  const { templateName } = request
  const row = await insertOperationTemplate(db, { template_name: templateName, ...columnsOf(request) })
  if (row === undefined) throw refuse('ERR0039', { templateName })
  return templateOf(row)
}

export async function getAllTemplates({ db }: PowerAuthContext): Promise<OperationTemplateList> {
  return (await listOperationTemplates(db)).map(templateOf)
}

export async function getTemplateDetail(
  { db }: PowerAuthContext,
  { id }: OperationTemplateIdRequest,
): Promise<OperationTemplate> {
  const row = await findOperationTemplate(db, id)
  if (row === undefined) throw refuse('ERR0033', { id })
  return templateOf(row)
}

/** All but the name. Operations that exist keep what they were made with. */
export async function updateOperationTemplate(
  { db }: PowerAuthContext,
  request: UpdateOperationTemplateRequest,
): Promise<OperationTemplate> {
  const { id } = request
  const row = await updateOperationTemplateRow(db, id, columnsOf(request))
  if (row === undefined) throw refuse('ERR0033', { id })
  return templateOf(row)
}

export async function removeOperationTemplate(
  { db }: PowerAuthContext,
  { id }: OperationTemplateIdRequest,
): Promise<void> {
  if (!(await deleteOperationTemplate(db, id))) throw refuse('ERR0033', { id })
}

function columnsOf(request: Omit<CreateOperationTemplateRequest, 'templateName'>) {
  return {
    operation_type: request.operationType,
    data_template: request.dataTemplate,
    signature_types: [...new Set(request.signatureType)],
    max_failure_count: request.maxFailureCount,
    expiration: request.expiration,
    risk_flags: request.riskFlags ?? null,
    proximity_check_enabled: request.proximityCheckEnabled ?? false,
  }
}

function templateOf(row: OperationTemplateRow): OperationTemplate {
  return {
    id: row.id,
    templateName: row.template_name,
    operationType: row.operation_type,
    dataTemplate: row.data_template,
    signatureType: row.signature_types,
    maxFailureCount: row.max_failure_count,
    expiration: row.expiration,
    riskFlags: row.risk_flags,
    proximityCheckEnabled: row.proximity_check_enabled,
  }
}
