/** The signature fields of a document that hold a value, and where the bytes of that value stand. */
import {
  type FormField,
  integerValue,
  isArray,
  nameValue,
  type PdfDictionary,
  type PdfDocument,
  type PdfObject,
  PdfReference,
  PdfString,
  parseDate,
  readFormFields,
} from '@cloudsigner/pdf'
import type { ByteRange } from './byte-range.ts'
import { MAX_SIGNATURES, ValidationRefusal } from './refusal.ts'

export interface SignatureEntry {
  readonly field: string
  readonly type: 'Sig' | 'DocTimeStamp'
  readonly subFilter: string | null
  /** As it stands in the dictionary; null where it is not two pairs of whole numbers. */
  readonly byteRange: ByteRange | null
  /** Octets of Contents, its padding included; null where there is none. */
  readonly contents: Uint8Array | null
  /** Where the hexadecimal string Contents stands in the file, delimiters included; null where it cannot be said. */
  readonly contentsRange: readonly [number, number] | null
  /** P of a DocMDP transform (table 257): what a certification signature lets later revisions do. */
  readonly docMdp: number | null
  /** M, as claimed. */
  readonly claimedTime: Date | null
  /** Entries of what is signed that stand twice, of which readers may take either. */
  readonly duplicates: readonly string[]
}

const decisive: readonly string[] = ['ByteRange', 'Contents', 'SubFilter']

/** Oldest first, by the end of what each signed. Fields without a value are left out. */
export async function readSignatureEntries(document: PdfDocument): Promise<readonly SignatureEntry[]> {
  const fields = (await readFormFields(document, document.limits)).filter(
    ({ type, terminal }) => type === 'Sig' && terminal,
  )
  const entries: SignatureEntry[] = []
  for (const field of fields) {
    const dictionary = await document.resolveDictionary(field.value)
    if (dictionary === null) continue
    if (entries.length === MAX_SIGNATURES) throw new ValidationRefusal('signature_limit')
    entries.push(await readEntry(document, field, dictionary))
  }
  return entries.toSorted((a, b) => signedEnd(a) - signedEnd(b))
}

async function readEntry(document: PdfDocument, field: FormField, dictionary: PdfDictionary): Promise<SignatureEntry> {
  const get = (key: string) => document.resolve(dictionary.get(key))
  const ranges = field.value instanceof PdfReference ? await document.entryRanges(field.value) : null
  const contents = await get('Contents')
  const subFilter = nameValue(await get('SubFilter'))
  const type = nameValue(await get('Type'))
  const claimed = await get('M')
  return {
    field: field.name,
    // 12.8.1: Type is optional and Sig where it is left out; some writers leave it out of time-stamps too.
    type: type === 'DocTimeStamp' || subFilter === 'ETSI.RFC3161' ? 'DocTimeStamp' : 'Sig',
    subFilter,
    byteRange: await readByteRange(document, await get('ByteRange')),
    contents: contents instanceof PdfString ? contents.bytes : null,
    // A Contents that is itself a reference lies elsewhere, where no gap of this dictionary can be.
    contentsRange: await plainRange(document, dictionary.get('Contents'), ranges?.ranges.get('Contents')),
    docMdp: await readDocMdp(document, dictionary),
    claimedTime: claimed instanceof PdfString ? parseDate(claimed) : null,
    duplicates: (ranges?.duplicates ?? []).filter((key) => decisive.includes(key)),
  }
}

/**
 * White space between the digits means nothing to a reader and is signed by nobody, and so is half a digit pair: where
 * Contents is written with them, or as a literal string, the gap is not exactly the signature.
 */
async function plainRange(
  { source }: PdfDocument,
  contents: PdfObject | undefined,
  range: readonly [number, number] | undefined,
): Promise<readonly [number, number] | null> {
  if (!(contents instanceof PdfString) || !contents.hexadecimal || range === undefined) return null
  const [start, end] = range
  const digits = (await source.read(start, end - start)).subarray(1, -1)
  return digits.length === 2 * contents.bytes.length && digits.every(isHexDigit) ? range : null
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66)
}

/** 12.8.2.2: P of the transform parameters, 2 where it is left out; null where no reference is of this transform. */
async function readDocMdp(document: PdfDocument, dictionary: PdfDictionary): Promise<number | null> {
  let ofLock: number | null = null
  for (const item of (await document.resolveArray(dictionary.get('Reference'))) ?? []) {
    const reference = await document.resolveDictionary(item)
    const method = nameValue(await document.resolve(reference?.get('TransformMethod')))
    const parameters = await document.resolveDictionary(reference?.get('TransformParams'))
    const permission = integerValue(await document.resolve(parameters?.get('P')))
    if (method === 'DocMDP') return permission ?? 2
    // Table 236: P of a field's Lock is for the whole document; its place is with FieldMDP.
    if (method === 'FieldMDP') ofLock = permission ?? ofLock
  }
  return ofLock
}

async function readByteRange(document: PdfDocument, value: PdfObject): Promise<ByteRange | null> {
  if (!isArray(value) || value.length !== 4) return null
  const numbers = await Promise.all(value.map(async (item) => integerValue(await document.resolve(item))))
  const [start, firstLength, second, secondLength] = numbers
  if (start == null || firstLength == null || second == null || secondLength == null) return null
  return { start, firstLength, second, secondLength }
}

function signedEnd({ byteRange }: SignatureEntry): number {
  return byteRange === null ? 0 : byteRange.second + byteRange.secondLength
}
