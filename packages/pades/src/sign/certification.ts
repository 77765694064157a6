/** DocMDP (ISO 32000-2, 12.8.2.2): a signature that says what the document allows from then on. */
import {
  dictionary,
  name,
  PdfDictionary,
  type PdfDocument,
  PdfError,
  PdfReference,
  type RevisionBuilder,
} from '@cloudsigner/pdf'
import type { MdpPermission } from './permissions.ts'

/** Table 256, of the signature dictionary's Reference. */
export function docMdpReference(permission: MdpPermission): PdfDictionary {
  return dictionary({
    Type: name('SigRef'),
    TransformMethod: name('DocMDP'),
    TransformParams: dictionary({ Type: name('TransformParams'), P: permission, V: name('1.2') }),
  })
}

/** Names the signature as the document's certification (table 263). What the revision made of the catalog so far is kept. */
export async function certifyDocument(
  document: PdfDocument,
  builder: RevisionBuilder,
  signature: PdfReference,
): Promise<void> {
  const root = document.trailer.get('Root')
  if (!(root instanceof PdfReference)) throw new PdfError('root_invalid', null, 'the catalog is not an indirect object')
  const pending = builder.pending(root)
  const catalog = pending instanceof PdfDictionary ? pending : await document.catalog()
  const permissions = (await document.resolveDictionary(catalog.get('Perms'))) ?? new PdfDictionary()
  builder.put(root, catalog.with('Perms', permissions.with('DocMDP', signature)))
}
