/** What was drawn, read back from a signed file by the reader of `@cloudsigner/pdf`. */
import assert from 'node:assert/strict'
import type { PrepareOptions, SignatureAppearance } from '@cloudsigner/pades'
import { isArray, type PdfDictionary, type PdfDocument, PdfStream } from '@cloudsigner/pdf'
import { latin1, makePdf, text } from '@cloudsigner/testing'
import { readSignature, signFile } from '../sign/signing.ts'

export interface Drawn {
  readonly file: Uint8Array
  readonly document: PdfDocument
  readonly widget: PdfDictionary
  readonly rect: readonly number[]
  readonly form: PdfStream
  /** Lines of the content stream. */
  readonly operators: readonly string[]
  /** An entry of one of the form's resources. */
  resource(kind: string, name: string): Promise<PdfDictionary>
  stream(value: ReturnType<PdfDictionary['get']>): Promise<PdfStream>
}

/** A file of one page with these entries beside MediaBox [0 0 400 300]. */
export const pageOf = (entries = '', ...more: readonly string[]): Uint8Array =>
  makePdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    `<</Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] ${entries}>>`,
    ...more,
  ])

/** The same, with metadata that claim a part of PDF/A; the cross-references are left to be mended. */
export function pdfA(part: number): Uint8Array {
  const xmp = `<rdf xmlns:a="http://www.aiim.org/pdfa/ns/id/"><a:part>${part}</a:part></rdf>`
  const metadata = `<</Type /Metadata /Subtype /XML /Length ${xmp.length}>>\nstream\n${xmp}\nendstream`
  const file = text(pageOf('', metadata)).replace('/Pages 2 0 R>>', '/Pages 2 0 R/Metadata 4 0 R>>')
  return latin1(file.replace(/startxref\n\d+/, 'startxref\n1'))
}

export async function draw(
  appearance: SignatureAppearance,
  source: Uint8Array = pageOf(),
  options: Partial<PrepareOptions> = {},
): Promise<Drawn> {
  const { file, plan } = await signFile(source, { ...options, appearance })
  const { document, field } = await readSignature(file, plan.fieldName)
  const appearances = await document.resolveDictionary(field.get('AP'))
  const stream = async (value: ReturnType<PdfDictionary['get']>): Promise<PdfStream> => {
    const resolved = await document.resolve(value)
    assert.ok(resolved instanceof PdfStream)
    return resolved
  }
  const form = await stream(appearances?.get('N'))
  const rect = field.get('Rect')
  assert.ok(isArray(rect))
  const resources = await document.resolveDictionary(form.dictionary.get('Resources'))
  return {
    file,
    document,
    widget: field,
    rect: rect.map(Number),
    form,
    operators: text(await document.readStream(form))
      .trim()
      .split('\n'),
    stream,
    async resource(kind, name) {
      const found = await document.resolve((await document.resolveDictionary(resources?.get(kind)))?.get(name))
      const dictionary = found instanceof PdfStream ? found.dictionary : found
      assert.ok(dictionary !== null && typeof dictionary === 'object' && 'get' in dictionary)
      return dictionary as PdfDictionary
    },
  }
}
