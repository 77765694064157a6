/** node packages/pdf/examples/inspect.ts FILE.pdf — revisions, first page and form fields, reading no more than that takes. */
import { firstPage, openDocument, PdfError, readFormFields } from '@cloudsigner/pdf'
import { fileSource, zlibInflate } from '@cloudsigner/pdf/node'

const [path] = process.argv.slice(2)
if (!path) throw new Error('usage: node packages/pdf/examples/inspect.ts FILE.pdf')
const source = await fileSource(path)
try {
  const document = await openDocument(source, { inflate: zlibInflate })
  console.log(`${source.size} bytes, PDF ${document.headerVersion}${document.encrypted ? ', encrypted' : ''}`)
  if (document.repaired) console.log(`mended by scanning: ${document.repaired.message}`)
  for (const { xrefKind, xrefOffset, end } of document.revisions)
    console.log(`revision: ${xrefKind} at ${xrefOffset}, ends at ${end ?? 'the end of the file'}`)
  const { reference } = await firstPage(document)
  console.log(`first page: object ${reference.number}`)
  for (const { name, type, value } of await readFormFields(document))
    console.log(`field ${name}: ${type ?? 'of no type'}, ${value === undefined ? 'empty' : 'filled'}`)
} catch (error) {
  if (!(error instanceof PdfError)) throw error
  console.error(`${error.code}${error.offset === null ? '' : ` at byte ${error.offset}`}: ${error.message}`)
  process.exitCode = 1
} finally {
  await source.close()
}
