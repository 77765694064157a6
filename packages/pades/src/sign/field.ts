import {
  dictionary,
  encodeTextString,
  type FormField,
  firstPage,
  integerValue,
  name,
  type PageLocation,
  type PdfDictionary,
  type PdfDocument,
  PdfReference,
  PdfStream,
  type RevisionBuilder,
  readFormFields,
} from '@cloudsigner/pdf'
import type { SignatureAppearance } from '../appearance/appearance.ts'
import { readPdfaPart } from '../appearance/pdfa.ts'
import { type AppearanceOptions, type ExistingWidget, placeExisting, placeNew } from '../appearance/place.ts'
import { PadesError } from './errors.ts'
import { type FieldLockRequest, lockDictionary, lockOfField } from './field-lock.ts'
import { freeFieldName, updateForm } from './form.ts'
import { addToAnnotations } from './page-annotations.ts'
import { type EarlierSignatures, type FieldLock, hasSignature, isLocked, readEarlierSignatures } from './permissions.ts'

/** The field that is to be signed. */
export type SignatureField =
  | {
      readonly kind: 'new'
      readonly name: string
      /** Whether the document has no signature yet, which more than form filling might break. */
      readonly isFirst: boolean
      /** What its signature is to lock. */
      readonly lock: FieldLockRequest | null
      /** Whether it is for a document time-stamp, which nothing shows. */
      readonly forTimestamp: boolean
    }
  | {
      readonly kind: 'existing'
      readonly name: string
      readonly reference: PdfReference
      readonly dictionary: PdfDictionary
      /** What shows it on a page: the field itself, or its first kid; null for a field without a place. */
      readonly widget: ExistingWidget | null
      /** TransformParams of the FieldMDP that the field's Lock asks for; null without one. */
      readonly lock: PdfDictionary | null
      /** SV: what it demands of its signature. */
      readonly seedValues: PdfDictionary | null
      readonly isFirst: boolean
    }

export interface FieldRequest {
  readonly fieldName?: string
  readonly fieldLock?: FieldLockRequest
}

/** Finds the empty field of this name, or a name for a new one. PadesError field_… | not_permitted | certified_no_changes. */
export async function chooseField(
  document: PdfDocument,
  { fieldName, fieldLock }: FieldRequest,
): Promise<SignatureField> {
  const fields = await readFormFields(document, document.limits)
  const earlier = await readEarlierSignatures(document, fields)
  const known = fieldName === undefined ? undefined : fields.find((field) => field.name === fieldName)
  if (known) return existingField(document, known, earlier, fieldLock)
  const chosen = fieldName ?? freeFieldName(fields)
  if (document.security && !document.security.mayCreateFields) throw new PadesError('not_permitted')
  // 12.7.4.2: a full stop separates partial names; a field below another would have to be one of its Kids.
  if (chosen === '' || chosen.includes('.') || chosen.length > 255) throw new PadesError('field_name_invalid')
  refuseLocked(chosen, earlier.locks)
  if (fieldLock?.permission !== undefined && fieldLock.permission > earlier.permission)
    throw new PadesError('field_lock_unsupported')
  return { kind: 'new', name: chosen, isFirst: !earlier.exist, lock: fieldLock ?? null, forTimestamp: false }
}

/** A new field for a document time-stamp, which locks do not keep out. PadesError 'not_permitted' | 'repaired_and_signed'. */
export async function chooseTimestampField(document: PdfDocument): Promise<SignatureField> {
  const fields = await readFormFields(document, document.limits)
  if (document.security && !document.security.mayCreateFields) throw new PadesError('not_permitted')
  return {
    kind: 'new',
    name: freeFieldName(fields),
    isFirst: !(await hasSignature(document, fields)),
    lock: null,
    forTimestamp: true,
  }
}

async function existingField(
  document: PdfDocument,
  field: FormField,
  earlier: EarlierSignatures,
  fieldLock: FieldLockRequest | undefined,
): Promise<SignatureField> {
  const { name, reference, dictionary: own, type } = field
  if (document.security && !document.security.mayFillForms) throw new PadesError('not_permitted')
  if (type !== 'Sig' || !field.terminal || !reference) throw new PadesError('field_not_signature')
  if ((await document.resolve(field.value)) !== null) throw new PadesError('field_signed')
  refuseLocked(name, earlier.locks)
  // What an existing field locks, its author has said.
  if (fieldLock) throw new PadesError('field_lock_unsupported', 'only a new field is given a lock')
  const lock = await document.resolveDictionary(own.get('Lock'))
  return {
    kind: 'existing',
    name,
    reference,
    dictionary: own,
    widget: await firstWidget(document, field),
    lock: lock && (await lockOfField(document, lock, earlier)),
    seedValues: await document.resolveDictionary(own.get('SV')),
    isFirst: !earlier.exist,
  }
}

async function firstWidget(document: PdfDocument, { widgets }: FormField): Promise<ExistingWidget | null> {
  const [widget] = widgets
  const dictionary = await document.resolveDictionary(widget)
  return dictionary && { reference: widget instanceof PdfReference ? widget : null, dictionary }
}

function refuseLocked(name: string, locks: readonly FieldLock[]): void {
  if (locks.some((lock) => isLocked(name, lock))) throw new PadesError('field_locked')
}

/** Puts the signature into its field, and what is to be seen of it; a new field without gets an invisible widget on the first page. */
export async function placeField(
  document: PdfDocument,
  builder: RevisionBuilder,
  field: SignatureField,
  signature: PdfReference,
  appearance: SignatureAppearance | null,
  options: Omit<AppearanceOptions, 'appearance'>,
): Promise<void> {
  if (field.kind === 'existing') {
    await signExisting(document, builder, field, signature, appearance && { ...options, appearance })
    await updateForm(document, builder, null)
    return
  }
  const placed = appearance ? await placeNew(document, builder, { ...options, appearance }) : null
  const page = placed?.page ?? (await firstPage(document, document.limits))
  const widget = builder.add(
    dictionary({
      Type: name('Annot'),
      Subtype: name('Widget'),
      FT: name('Sig'),
      T: encodeTextString(field.name),
      F: printed | locked,
      Rect: placed?.rectangle ?? [0, 0, 0, 0],
      P: page.reference,
      V: signature,
      ...((placed || (await needsAppearance(document, field))) && {
        AP: dictionary({ N: placed?.form ?? builder.add(emptyAppearance) }),
      }),
      ...(field.lock && { Lock: builder.add(lockDictionary(field.lock)) }),
    }),
  )
  await addToAnnotations(document, builder, await inTabOrder(document, page, field.isFirst), widget)
  await updateForm(document, builder, widget)
}

/** 12.5.3: PDF/A demands Print; the others hide what is drawn. */
const printed = 4
const locked = 128
const hiding = 1 | 2 | 32

async function signExisting(
  document: PdfDocument,
  builder: RevisionBuilder,
  { reference, dictionary: own, widget }: SignatureField & { readonly kind: 'existing' },
  signature: PdfReference,
  options: AppearanceOptions | null,
): Promise<void> {
  const signed = own.with('V', signature)
  const placed = options && (await placeExisting(document, builder, widget, options))
  if (!placed || !widget?.reference) {
    builder.put(reference, signed)
    return
  }
  const merged = widget.reference.number === reference.number
  const shown = merged ? signed : widget.dictionary
  const flags = integerValue(await document.resolve(shown.get('F'))) ?? 0
  builder.put(widget.reference, shown.with('AP', dictionary({ N: placed.form })).with('F', (flags & ~hiding) | printed))
  if (!merged) builder.put(reference, signed)
}

/** PDF/UA-1 (ISO 14289-1, 7.18.3): a page of a tagged document with an annotation says that its tab order is the structure's. */
async function inTabOrder(document: PdfDocument, page: PageLocation, isFirst: boolean): Promise<PageLocation> {
  if (!isFirst || page.dictionary.has('Tabs')) return page
  const markInfo = await document.resolveDictionary((await document.catalog()).get('MarkInfo'))
  if ((await document.resolve(markInfo?.get('Marked'))) !== true) return page
  return { reference: page.reference, dictionary: page.dictionary.with('Tabs', name('S')) }
}

/**
 * PDF/A-1 (ISO 19005-1, 6.9) asks every field for an appearance; later parts exempt rectangles without an area. A time-stamp goes without
 * where it can: to pyHanko an appearance is form filling, and no mere long-term update.
 */
async function needsAppearance(
  document: PdfDocument,
  { forTimestamp }: { readonly forTimestamp: boolean },
): Promise<boolean> {
  return !forTimestamp || (await readPdfaPart(document)) === 1
}

const emptyAppearance = new PdfStream(
  dictionary({ Type: name('XObject'), Subtype: name('Form'), BBox: [0, 0, 0, 0] }),
  { kind: 'bytes', bytes: new Uint8Array() },
)
