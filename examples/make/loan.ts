/** Makes ../consumer-loan.pdf: an agreement that LibreOffice exports as PDF/A-2b, tagged, from loan.fodt beside this file. */
import { execFile } from 'node:child_process'
import { mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const filter = JSON.stringify({
  SelectPdfVersion: { type: 'long', value: '2' },
  UseTaggedPDF: { type: 'boolean', value: 'true' },
})
const source = fileURLToPath(new URL('loan.fodt', import.meta.url))
const target = fileURLToPath(new URL('../consumer-loan.pdf', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'loan-'))
try {
  const profile = `-env:UserInstallation=${pathToFileURL(join(folder, 'profile'))}`
  const convert = ['--headless', '--convert-to', `pdf:writer_pdf_Export:${filter}`, '--outdir', folder, source]
  await promisify(execFile)('soffice', [profile, ...convert])
  await rename(join(folder, 'loan.pdf'), target)
  process.stdout.write(`${target}: ${(await stat(target)).size} bytes\n`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
