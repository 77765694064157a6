import type { Insertable, Updateable } from 'kysely'
import type { OperationTemplateRow, OperationTemplateTable } from './operation-tables.ts'
import type { Db } from './tables.ts'

const columns = [
  'id',
  'template_name',
  'operation_type',
  'data_template',
  'signature_types',
  'max_failure_count',
  'expiration',
  'risk_flags',
  'proximity_check_enabled',
] as const satisfies readonly (keyof OperationTemplateTable)[]

/** Undefined where a template of this name exists. */
export function insertOperationTemplate(
  db: Db,
  template: Insertable<OperationTemplateTable>,
): Promise<OperationTemplateRow | undefined> {
  return db
    .insertInto('operation_template')
    .values(template)
    .onConflict((conflict) => conflict.doNothing())
    .returning(columns)
    .executeTakeFirst()
}

export function listOperationTemplates(db: Db): Promise<OperationTemplateRow[]> {
  return db.selectFrom('operation_template').select(columns).orderBy('id').execute()
}

export function findOperationTemplate(db: Db, id: number): Promise<OperationTemplateRow | undefined> {
  return db.selectFrom('operation_template').select(columns).where('id', '=', id).executeTakeFirst()
}

export function findOperationTemplateByName(db: Db, templateName: string): Promise<OperationTemplateRow | undefined> {
  return db
    .selectFrom('operation_template')
    .select(columns)
    .where('template_name', '=', templateName)
    .executeTakeFirst()
}

/** The template after the change; undefined where there is none of this identifier. */
export function updateOperationTemplateRow(
  db: Db,
  id: number,
  changes: Updateable<OperationTemplateTable>,
): Promise<OperationTemplateRow | undefined> {
  return db.updateTable('operation_template').set(changes).where('id', '=', id).returning(columns).executeTakeFirst()
}

export async function deleteOperationTemplate(db: Db, id: number): Promise<boolean> {
  const result = await db.deleteFrom('operation_template').where('id', '=', id).executeTakeFirst()
  return result.numDeletedRows > 0n
}
