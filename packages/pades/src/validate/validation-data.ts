/** The document security store (ETSI EN 319 142-1 §5.4.2; ISO 32000-2, 12.8.4.3): certificates and revocation data. */
import { PdfError, type PdfObject, PdfStream, type PdfView } from '@cloudsigner/pdf'

export interface SecurityStore {
  readonly present: boolean
  /** DER, like the rest. */
  readonly certificates: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
  readonly ocspResponses: readonly Uint8Array[]
}

export const EMPTY_STORE: SecurityStore = { present: false, certificates: [], crls: [], ocspResponses: [] }

/** Streams read from one array, and octets from all: revocation lists of large authorities are megabytes. */
const MAX_STREAMS = 512
const MAX_BYTES = 64 << 20

/** Reads Certs, CRLs and OCSPs. VRI sorts the same streams by signature and says nothing more. */
export async function readSecurityStore(view: PdfView): Promise<SecurityStore> {
  const dss = await view.resolveDictionary((await view.catalog()).get('DSS'))
  if (dss === null) return EMPTY_STORE
  const budget = { left: MAX_BYTES }
  const read = async (key: string) => readStreams(view, await view.resolveArray(dss.get(key)), budget)
  return {
    present: true,
    certificates: await read('Certs'),
    crls: await read('CRLs'),
    ocspResponses: await read('OCSPs'),
  }
}

async function readStreams(
  view: PdfView,
  references: readonly PdfObject[] | null,
  budget: { left: number },
): Promise<readonly Uint8Array[]> {
  const contents: Uint8Array[] = []
  for (const reference of (references ?? []).slice(0, MAX_STREAMS)) {
    const stream = await readOne(view, reference)
    budget.left -= stream?.length ?? 0
    if (budget.left < 0) break
    if (stream !== null) contents.push(stream)
  }
  return contents
}

/** A stream that cannot be decoded is one that is not there: validation goes on with the others. */
async function readOne(view: PdfView, reference: PdfObject): Promise<Uint8Array | null> {
  try {
    const stream = await view.resolve(reference)
    return stream instanceof PdfStream ? await view.readStream(stream) : null
  } catch (error) {
    if (error instanceof PdfError) return null
    throw error
  }
}
