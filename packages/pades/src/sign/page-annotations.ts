import {
  isArray,
  type PageLocation,
  type PdfDocument,
  type PdfObject,
  PdfReference,
  type RevisionBuilder,
} from '@cloudsigner/pdf'

/** Pages beside the first that are asked whether they share its array of annotations. */
const siblingsAsked = 8

/** Adds a widget to a page's Annots (7.7.3.3): in the array where that is an object of this page alone, else in the page. */
export async function addToAnnotations(
  document: PdfDocument,
  builder: RevisionBuilder,
  page: PageLocation,
  widget: PdfReference,
): Promise<void> {
  const entry = page.dictionary.get('Annots')
  const own = entry instanceof PdfReference ? await document.getObject(entry) : null
  if (entry instanceof PdfReference && isArray(own) && !(await sharedWithSiblings(document, page, entry))) {
    builder.put(entry, [...own, widget])
    return
  }
  const annotations: readonly PdfObject[] = (await document.resolveArray(entry)) ?? []
  builder.put(page.reference, page.dictionary.with('Annots', [...annotations, widget]))
}

/** An annotation belongs to one page only (12.5.2), so an array that several pages name is not extended. */
async function sharedWithSiblings(
  document: PdfDocument,
  page: PageLocation,
  annotations: PdfReference,
): Promise<boolean> {
  const parent = await document.resolveDictionary(page.dictionary.get('Parent'))
  const kids = (await document.resolveArray(parent?.get('Kids'))) ?? []
  let asked = 0
  for (const kid of kids) {
    if (!(kid instanceof PdfReference) || kid.number === page.reference.number) continue
    if (++asked > siblingsAsked) return false
    const other = (await document.resolveDictionary(kid))?.get('Annots')
    if (other instanceof PdfReference && other.number === annotations.number) return true
  }
  return false
}
