/** Writing the document security store (ETSI EN 319 142-1 §5.4.2): what was there stays, what is new is added, no VRI is made. */
import {
  name,
  PdfDictionary,
  type PdfDocument,
  PdfError,
  type PdfObject,
  PdfReference,
  PdfStream,
  type RevisionBuilder,
} from '@cloudsigner/pdf'

/** DER of each. */
export interface ValidationMaterial {
  readonly certificates: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
  readonly ocspResponses: readonly Uint8Array[]
}

const keys = { certificates: 'Certs', crls: 'CRLs', ocspResponses: 'OCSPs' } as const

/** Puts the material, none of which the store has yet, into the revision. */
export async function writeSecurityStore(
  document: PdfDocument,
  builder: RevisionBuilder,
  material: ValidationMaterial,
): Promise<void> {
  const catalog = await document.catalog()
  const entry = catalog.get('DSS')
  let store = (await document.resolveDictionary(entry)) ?? new PdfDictionary([['Type', name('DSS')]])
  for (const kind of ['certificates', 'crls', 'ocspResponses'] as const) {
    if (material[kind].length === 0) continue
    const added = material[kind].map((bytes) =>
      builder.add(new PdfStream(new PdfDictionary(), { kind: 'bytes', bytes })),
    )
    const present: readonly PdfObject[] = (await document.resolveArray(store.get(keys[kind]))) ?? []
    // An array of its own is left as it was: the store names the longer one.
    store = store.with(keys[kind], [...present, ...added])
  }
  if (entry instanceof PdfReference && (await document.getObject(entry)) instanceof PdfDictionary) {
    builder.put(entry, store)
    return
  }
  const root = document.trailer.get('Root')
  if (!(root instanceof PdfReference)) throw new PdfError('root_invalid', null, 'the catalog is not an indirect object')
  builder.put(root, catalog.with('DSS', builder.add(store)))
}
