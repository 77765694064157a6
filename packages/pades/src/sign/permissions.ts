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

/** What the document's signatures so far mean for the next one. */
export interface EarlierSignatures {
  readonly exist: boolean
  readonly locks: readonly FieldLock[]
}

/** PadesError 'certified_no_changes' where one of the document's signatures permits no change at all, 'repaired_and_signed'. */
export async function readEarlierSignatures(
  document: PdfDocument,
  fields: readonly FormField[],
): Promise<EarlierSignatures> {
  const locks: FieldLock[] = []
  let exist = false
  for (const field of fields) {
    if (field.type !== 'Sig' || field.value === undefined) continue
    const signature = await document.resolveDictionary(field.value)
    if (!signature) continue
    if (document.repaired) throw new PadesError('repaired_and_signed')
    exist = true
    locks.push(...(await readSignatureReferences(document, signature)))
  }
  return { exist, locks }
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

async function readSignatureReferences(document: PdfDocument, signature: PdfDictionary): Promise<readonly FieldLock[]> {
  const locks: FieldLock[] = []
  for (const item of (await document.resolveArray(signature.get('Reference'))) ?? []) {
    const reference = await document.resolveDictionary(item)
    const parameters = (await document.resolveDictionary(reference?.get('TransformParams'))) ?? new Dictionary()
    const method = await document.resolve(reference?.get('TransformMethod'))
    if (isName(method, 'DocMDP')) {
      // 12.8.2.2: P is 2 where it is left out.
      const permission = integerValue(await document.resolve(parameters.get('P'))) ?? 2
      if (permission === 1) throw new PadesError('certified_no_changes')
    }
    if (isName(method, 'FieldMDP')) locks.push(await readLock(document, parameters))
  }
  return locks
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
