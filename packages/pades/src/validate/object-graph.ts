/** Steps of a walk over the objects of a document. */
import { isArray, PdfDictionary, type PdfObject, PdfReference, PdfStream, type PdfView } from '@cloudsigner/pdf'

/** An entry that is gone is no entry that grew. */
export function lost(old: PdfDictionary, present: PdfDictionary, ...keys: readonly string[]): boolean {
  return keys.some((key) => old.has(key) && !present.has(key))
}

/** The object of this number, of whichever generation is in use. */
export async function objectOf(view: PdfView, number: number): Promise<PdfObject> {
  const location = await view.locate(number)
  if (location === null || location.kind === 'free') return null
  return view.getObject(new PdfReference(number, location.kind === 'file' ? location.generation : 0))
}

/** What stands inside a value, onto the stack of a walk. */
export function pushChildren(open: (PdfObject | undefined)[], value: PdfObject | undefined): void {
  // One by one: an array may have more items than a call may have arguments.
  if (isArray(value)) for (const item of value) open.push(item)
  else if (value instanceof PdfDictionary) for (const [, item] of value.entries()) open.push(item)
  else if (value instanceof PdfStream) pushChildren(open, value.dictionary)
}
