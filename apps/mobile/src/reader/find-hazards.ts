/** Looks through a document for what its pages do not show. */
import type { PDFDocumentProxy } from 'pdfjs-dist'
import type { Hazard } from './hazards.ts'

/** Documents of more pages have their annotations looked at up to here. */
const MAX_PAGES = 500

/** What pdf.js tells of an annotation, as far as it matters here. */
interface Annotation {
  readonly subtype?: unknown
  readonly fieldType?: unknown
  readonly url?: unknown
  readonly unsafeUrl?: unknown
  readonly action?: unknown
  readonly attachment?: unknown
  readonly actions?: unknown
}

export async function findHazards(pdf: PDFDocumentProxy): Promise<readonly Hazard[]> {
  const found = new Set<Hazard>()
  const { info } = await pdf.getMetadata()
  const facts: Readonly<Record<string, unknown>> = { ...info }
  if (facts.IsXFAPresent === true) found.add('xfa')
  if (typeof facts.EncryptFilterName === 'string') found.add('encrypted')
  if (isFilled(await pdf.getJSActions())) found.add('script')
  if (isFilled(await pdf.getAttachments())) found.add('attachment')
  if (await hasHiddenLayer(pdf)) found.add('hidden_layer')
  for (let number = 1; number <= Math.min(pdf.numPages, MAX_PAGES); number++) {
    const page = await pdf.getPage(number)
    if (isFilled(await page.getJSActions())) found.add('script')
    for (const annotation of await page.getAnnotations()) for (const hazard of hazardsOf(annotation)) found.add(hazard)
  }
  return [...found]
}

export async function findField(pdf: PDFDocumentProxy, name: string): Promise<number | undefined> {
  for (let number = pdf.numPages; number >= 1 && number > pdf.numPages - MAX_PAGES; number--) {
    for (const { fieldName, rect } of await (await pdf.getPage(number)).getAnnotations()) {
      const [left, bottom, right, top] = Array.isArray(rect) ? rect : []
      if (fieldName === name && right > left && top > bottom) return number
    }
  }
  return undefined
}

/** Of one annotation. A signature's own widget is none. */
export function hazardsOf(annotation: Annotation): readonly Hazard[] {
  const found: Hazard[] = []
  const { subtype, fieldType, url, unsafeUrl, action, attachment, actions } = annotation
  if (subtype === 'FileAttachment' || attachment !== undefined) found.push('attachment')
  if (subtype === 'Widget' && fieldType !== 'Sig') found.push('form')
  if (isFilled(actions)) found.push('script')
  if (action !== undefined || url !== undefined || unsafeUrl !== undefined) found.push('action')
  if (subtype === 'Movie' || subtype === 'Screen' || subtype === 'RichMedia' || subtype === '3D') found.push('external')
  return found
}

/** pdf.js gives an object or a Map, and null or an empty one where there is nothing. */
function isFilled(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return value instanceof Map ? value.size > 0 : Object.keys(value).length > 0
}

async function hasHiddenLayer(pdf: PDFDocumentProxy): Promise<boolean> {
  const layers = await pdf.getOptionalContentConfig()
  return [...layers].some(([id]) => layers.isVisible({ type: 'OCG', id }) === false)
}
