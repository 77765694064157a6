import {
  dictionary,
  encodeTextString,
  formatDate,
  name,
  PdfDictionary,
  PdfHole,
  type PdfObject,
} from '@cloudsigner/pdf'
import { docMdpReference } from './certification.ts'
import type { MdpPermission } from './permissions.ts'

export interface SignatureDictionaryFields {
  readonly signingTime: Date
  readonly name?: string
  readonly reason?: string
  readonly location?: string
  readonly contactInfo?: string
  /** Octets kept for the CMS. */
  readonly contentsBytes: number
  /** TransformParams of a FieldMDP, and the catalog that it is about. */
  readonly lock: { readonly parameters: PdfDictionary; readonly catalog: PdfObject } | null
  /** P of a DocMDP. */
  readonly certify?: MdpPermission
}

/** Room for four numbers of up to ten digits: files up to 10 GB, as cross-reference tables allow. */
const byteRangeLength = '[0 0000000000 0000000000 0000000000]'.length

/** The labels of the two holes. */
export const byteRangeHole = 'ByteRange'
export const contentsHole = 'Contents'

/** A PAdES signature dictionary (ISO 32000-2 table 255; EN 319 142-1 §6.3: M is there, Cert is not). */
export function signatureDictionary(fields: SignatureDictionaryFields): PdfDictionary {
  const entries = new Map<string, PdfObject>([
    ['Type', name('Sig')],
    ['Filter', name('Adobe.PPKLite')],
    ['SubFilter', name('ETSI.CAdES.detached')],
    ['ByteRange', new PdfHole(byteRangeHole, ' '.repeat(byteRangeLength))],
    ['Contents', new PdfHole(contentsHole, `<${'00'.repeat(fields.contentsBytes)}>`)],
    ['M', formatDate(fields.signingTime)],
  ])
  const texts = { Name: fields.name, Reason: fields.reason, Location: fields.location, ContactInfo: fields.contactInfo }
  for (const [key, text] of Object.entries(texts)) if (text !== undefined) entries.set(key, encodeTextString(text))
  const references = [
    ...(fields.certify === undefined ? [] : [docMdpReference(fields.certify)]),
    ...(fields.lock ? [fieldMdpReference(fields.lock.parameters, fields.lock.catalog)] : []),
  ]
  if (references.length > 0) entries.set('Reference', references)
  return new PdfDictionary(entries)
}

/** A document time-stamp (EN 319 142-1 §5.4.3; ISO 32000-2, 12.8.5): the token says all, so that no M, Name or Reason stands beside it. */
export function timestampDictionary(contentsBytes: number): PdfDictionary {
  return dictionary({
    Type: name('DocTimeStamp'),
    Filter: name('Adobe.PPKLite'),
    SubFilter: name('ETSI.RFC3161'),
    ByteRange: new PdfHole(byteRangeHole, ' '.repeat(byteRangeLength)),
    Contents: new PdfHole(contentsHole, `<${'00'.repeat(contentsBytes)}>`),
  })
}

/** Table 256. */
function fieldMdpReference(parameters: PdfDictionary, catalog: PdfObject): PdfDictionary {
  return dictionary({
    Type: name('SigRef'),
    TransformMethod: name('FieldMDP'),
    TransformParams: parameters,
    Data: catalog,
  })
}

/** Text of a ByteRange, padded to the hole's length. */
export function byteRangeText(byteRange: readonly [number, number, number, number]): string {
  return `[${byteRange.join(' ')}]`.padEnd(byteRangeLength, ' ')
}
