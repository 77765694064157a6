import {
  type FormField,
  integerValue,
  isArray,
  PdfDictionary,
  type PdfDocument,
  PdfError,
  type PdfObject,
  PdfReference,
  type RevisionBuilder,
} from '@cloudsigner/pdf'

/** 12.7.3, table 225: SignaturesExist and AppendOnly. */
const sigFlags = 0b11

/** The interactive form as this revision is to leave it: SigFlags set, `newField` (where there is one) among its Fields. */
export async function updateForm(
  document: PdfDocument,
  builder: RevisionBuilder,
  newField: PdfReference | null,
): Promise<void> {
  const catalog = await document.catalog()
  const entry = catalog.get('AcroForm')
  const form = (await document.resolveDictionary(entry)) ?? new PdfDictionary()
  const updated = withSigFlags(newField ? await withField(document, builder, form, newField) : form, form)
  if (updated === form) return
  if (entry instanceof PdfReference && (await document.getObject(entry)) instanceof PdfDictionary) {
    builder.put(entry, updated)
    return
  }
  const root = document.trailer.get('Root')
  if (!(root instanceof PdfReference)) throw new PdfError('root_invalid', null, 'the catalog is not an indirect object')
  // A direct form stays direct; a new one becomes an object of its own, so that the next revision leaves the catalog alone.
  builder.put(root, catalog.with('AcroForm', entry instanceof PdfDictionary ? updated : builder.add(updated)))
}

function withSigFlags(updated: PdfDictionary, form: PdfDictionary): PdfDictionary {
  const flags = integerValue(form.get('SigFlags')) ?? 0
  return (flags & sigFlags) === sigFlags ? updated : updated.with('SigFlags', flags | sigFlags)
}

async function withField(
  document: PdfDocument,
  builder: RevisionBuilder,
  form: PdfDictionary,
  field: PdfReference,
): Promise<PdfDictionary> {
  const entry = form.get('Fields')
  const own = entry instanceof PdfReference ? await document.getObject(entry) : null
  if (entry instanceof PdfReference && isArray(own)) {
    builder.put(entry, [...own, field])
    return form
  }
  const fields: readonly PdfObject[] = (await document.resolveArray(entry)) ?? []
  return form.with('Fields', [...fields, field])
}

/** A name for a new field at the form's root: the first of Signature1, Signature2 … that no field there has. */
export function freeFieldName(fields: readonly FormField[]): string {
  const taken = new Set(fields.map(({ name }) => name.split('.', 1)[0]))
  for (let number = 1; ; number++) {
    const name = `Signature${number}`
    if (!taken.has(name)) return name
  }
}
