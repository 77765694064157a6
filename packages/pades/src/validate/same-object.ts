/** Equality of PDF values, of which the two may stand in different revisions. */
import {
  isArray,
  PdfDictionary,
  PdfName,
  type PdfObject,
  PdfReference,
  PdfStream,
  PdfString,
  type PdfView,
} from '@cloudsigner/pdf'
import { bytesEqual } from '@cloudsigner/pki'

/** Deep, but for references, which are equal where they name the same object; streams with their data. */
export async function sameObject(
  a: PdfObject | undefined,
  viewOfA: PdfView,
  b: PdfObject | undefined,
  viewOfB: PdfView,
): Promise<boolean> {
  if (a instanceof PdfStream && b instanceof PdfStream) {
    if (!sameValue(a.dictionary, b.dictionary)) return false
    const raw = { raw: true }
    return bytesEqual(await viewOfA.readStream(a, raw), await viewOfB.readStream(b, raw))
  }
  return sameValue(a, b)
}

/** As sameObject, of values without streams: what stands inside an array or a dictionary. Depth is bounded by the parser. */
export function sameValue(a: PdfObject | undefined, b: PdfObject | undefined): boolean {
  if (a === b) return true
  if (a instanceof PdfReference && b instanceof PdfReference) {
    return a.number === b.number && a.generation === b.generation
  }
  if (a instanceof PdfName && b instanceof PdfName) return a.value === b.value
  if (a instanceof PdfString && b instanceof PdfString) return bytesEqual(a.bytes, b.bytes)
  if (isArray(a) && isArray(b)) return a.length === b.length && a.every((item, index) => sameValue(item, b[index]))
  if (a instanceof PdfDictionary && b instanceof PdfDictionary) return differingKeys(a, b).length === 0
  return false
}

/** Keys whose values differ, or that one of the two lacks. */
export function differingKeys(a: PdfDictionary, b: PdfDictionary): readonly string[] {
  const keys = new Set([...a.keys(), ...b.keys()])
  return [...keys].filter((key) => !sameValue(a.get(key), b.get(key)))
}
