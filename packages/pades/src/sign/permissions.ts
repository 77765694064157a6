import {
  PdfDictionary as Dictionary,
  decodeTextString,
  type FormField,
  integerValue,
  isName,
  nameValue,
  type PdfDictionary,
  type PdfDocument,
  PdfString,
} from '@cloudsigner/pdf'
import { PadesError } from './errors.ts'

/** What earlier signatures lock (FieldMDP, 12.8.2.4). */
export interface FieldLock {
  readonly action: 'All' | 'Include' | 'Exclude'
  readonly fields: readonly string[]
}

/** Refuses a document in which nothing must be signed, whatever the field. PadesError. */
export async function refuseUnsignable(document: PdfDocument): Promise<void> {
  await refuseUnextendable(document)
  const permissions = await document.resolveDictionary((await document.catalog()).get('Perms'))
  const certification = await document.resolveDictionary(permissions?.get('DocMDP'))
  if (certification) await readSignatureReferences(document, certification)
}

/**
 * Refuses a document that must not get a revision of any kind. Validation data and document time-stamps may be added to one that is
 * certified to permit no changes (table 257, P = 1). PadesError.
 */
export async function refuseUnextendable(document: PdfDocument): Promise<void> {
  if (document.encrypted && !document.security) throw new PadesError('encrypted')
  if (document.trailer.has('AuthCode')) throw new PadesError('pdf_mac')
  const catalog = await document.catalog()
  // 12.7.8.2: rendered from XFA alone; a signature field of the PDF would not be seen, and breaks what is.
  if ((await document.resolve(catalog.get('NeedsRendering'))) === true) throw new PadesError('dynamic_xfa')
  const permissions = await document.resolveDictionary(catalog.get('Perms'))
  if (permissions?.has('UR3') || permissions?.has('UR')) throw new PadesError('usage_rights')
}

/** P of DocMDP (table 257): 1 no changes, 2 form filling and signing, 3 annotations too. */
export type MdpPermission = 1 | 2 | 3

export const docMdpPermission = (value: number | null): MdpPermission | undefined =>
  value === 1 || value === 2 || value === 3 ? value : undefined

/** What the document's signatures so far mean for the next one. */
export interface EarlierSignatures {
  readonly exist: boolean
  /** The least that one of them permits; 3 where none says anything. */
  readonly permission: MdpPermission
  readonly locks: readonly FieldLock[]
}

/** PadesError 'certified_no_changes' where one of the document's signatures permits no change at all, 'repaired_and_signed'. */
export async function readEarlierSignatures(
  document: PdfDocument,
  fields: readonly FormField[],
): Promise<EarlierSignatures> {
  const locks: FieldLock[] = []
  let exist = false
  let permission: MdpPermission = 3
  for (const field of fields) {
    if (field.type !== 'Sig' || field.value === undefined) continue
    const signature = await document.resolveDictionary(field.value)
    if (!signature) continue
    if (document.repaired) throw new PadesError('repaired_and_signed')
    exist = true
    const said = await readSignatureReferences(document, signature)
    locks.push(...said.locks)
    permission = least(permission, said.permission)
  }
  return { exist, permission, locks }
}

/** Whether the document has a signature. PadesError 'repaired_and_signed'. */
export async function hasSignature(document: PdfDocument, fields: readonly FormField[]): Promise<boolean> {
  for (const field of fields) {
    if (field.type !== 'Sig' || !(await document.resolveDictionary(field.value))) continue
    if (document.repaired) throw new PadesError('repaired_and_signed')
    return true
  }
  return false
}

/** Whether a lock covers a field; a lock on a field covers what is below it. */
export function isLocked(name: string, { action, fields }: FieldLock): boolean {
  if (action === 'All') return true
  const named = fields.some((field) => name === field || name.startsWith(`${field}.`))
  return action === 'Include' ? named : !named
}

const least = (a: MdpPermission, b: MdpPermission): MdpPermission => (a < b ? a : b)

/** PadesError 'certified_no_changes'. */
async function readSignatureReferences(
  document: PdfDocument,
  signature: PdfDictionary,
): Promise<Pick<EarlierSignatures, 'permission' | 'locks'>> {
  const locks: FieldLock[] = []
  let permission: MdpPermission = 3
  for (const item of (await document.resolveArray(signature.get('Reference'))) ?? []) {
    const reference = await document.resolveDictionary(item)
    const parameters = (await document.resolveDictionary(reference?.get('TransformParams'))) ?? new Dictionary()
    const method = await document.resolve(reference?.get('TransformMethod'))
    const said = docMdpPermission(integerValue(await document.resolve(parameters.get('P'))))
    // 12.8.2.2: P is 2 where it is left out. With FieldMDP it is what a field's Lock says for the whole document (table 236).
    if (isName(method, 'DocMDP')) permission = least(permission, said ?? 2)
    if (isName(method, 'FieldMDP')) {
      locks.push(await readLock(document, parameters))
      if (said !== undefined) permission = least(permission, said)
    }
  }
  if (permission === 1) throw new PadesError('certified_no_changes')
  return { permission, locks }
}

async function readLock(document: PdfDocument, parameters: PdfDictionary): Promise<FieldLock> {
  const action = nameValue(await document.resolve(parameters.get('Action')))
  const fields: string[] = []
  for (const item of (await document.resolveArray(parameters.get('Fields'))) ?? []) {
    const field = await document.resolve(item)
    if (field instanceof PdfString) fields.push(decodeTextString(field))
  }
  return { action: action === 'Include' || action === 'Exclude' ? action : 'All', fields }
}
