/** What a field's signature locks (ISO 32000-2, table 236): the field's Lock, and the FieldMDP parameters of its signature (table 259). */
import {
  dictionary,
  encodeTextString,
  integerValue,
  name,
  PdfDictionary,
  type PdfDocument,
  type PdfObject,
} from '@cloudsigner/pdf'
import { PadesError } from './errors.ts'
import { docMdpPermission, type EarlierSignatures, type MdpPermission } from './permissions.ts'

/** For a new field: which fields its signature locks, and what it leaves permitted in the whole document. */
export interface FieldLockRequest {
  readonly action: 'All' | 'Include' | 'Exclude'
  /** Fully qualified names, of Include and Exclude. */
  readonly fields?: readonly string[]
  /** P: not more than is permitted already. */
  readonly permission?: MdpPermission
}

export function lockDictionary({ action, fields = [], permission }: FieldLockRequest): PdfDictionary {
  return dictionary({
    Type: name('SigFieldLock'),
    Action: name(action),
    ...(action !== 'All' && { Fields: fields.map(encodeTextString) }),
    ...(permission !== undefined && { P: permission }),
  })
}

/** The FieldMDP parameters that an existing field's Lock asks for. PadesError 'field_lock_unsupported'. */
export async function lockOfField(
  document: PdfDocument,
  lock: PdfDictionary,
  { permission }: EarlierSignatures,
): Promise<PdfDictionary> {
  if (lock.has('P')) {
    const own = docMdpPermission(integerValue(await document.resolve(lock.get('P'))))
    if (own === undefined || own > permission) throw new PadesError('field_lock_unsupported')
  }
  return transformParameters(lock)
}

/** P is no entry of table 259; Acrobat and pyHanko read it there, and no other place is defined for it. */
export function transformParameters(lock: PdfDictionary): PdfDictionary {
  const parameters = new Map<string, PdfObject>([
    ['Type', name('TransformParams')],
    ['V', name('1.2')],
  ])
  for (const key of ['Action', 'Fields', 'P']) {
    const value = lock.get(key)
    if (value !== undefined) parameters.set(key, value)
  }
  return new PdfDictionary(parameters)
}
