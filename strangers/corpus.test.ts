/** Other people's PDFs, signed by our stack: pyHanko and qpdf must find nothing that was not there before. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { embedAndDownload, enrolledDevice, signBytes, upload } from './device.ts'
import { text } from './http.ts'
import { scratch, stack } from './stack.ts'
import { strangerTest } from './stranger-test.ts'
import { sharedTools } from './tools.ts'
import { pyhanko, qpdfCheck } from './validators.ts'

interface Verdict {
  readonly encrypted?: boolean
  readonly signatures?: readonly unknown[]
  readonly error?: string
  /** What pyHanko said in its tolerant mode, where its strict mode refused the file. */
  readonly lax?: Verdict
}

type Mode = 'strict' | 'lax'

/** Unsigned, unencrypted files that pyHanko reads, each with the mode in which it does. */
async function sample(mode: Mode): Promise<string[]> {
  const corpus = join(sharedTools, '..', 'corpus')
  const { files }: { files: Record<string, Verdict> } = JSON.parse(
    await readFile(join(corpus, 'manifest.pyhanko.json'), 'utf8'),
  )
  const usable = (verdict: Verdict | undefined) => verdict?.signatures?.length === 0 && !verdict.encrypted
  const wanted: string[] = []
  for (const [file, verdict] of Object.entries(files)) {
    const path = join(corpus, file)
    if (!usable(verdict) && !usable(verdict.lax)) continue
    // pyHanko judges signatures in files with hybrid cross-references (ISO 32000-1 §7.5.8.4) in its tolerant mode only.
    const lax = !usable(verdict) || (await readFile(path)).includes('/XRefStm')
    if (lax === (mode === 'lax')) wanted.push(path)
  }
  return wanted
}

/** The signed copies, by original; and the refused, each with its reason. */
async function signAll(originals: readonly string[]) {
  const device = await enrolledDevice()
  const signed = new Map<string, string>()
  const refused = new Map<string, string>()
  for (const original of originals) {
    const { status, body } = await upload(device, original)
    if (status !== 200) {
      assert.equal(status, 400, `${original}: ${JSON.stringify(body)}`)
      assert.equal(text(body, 'responseObject', 'code'), 'DOCUMENT_UPLOAD_ERROR')
      refused.set(basename(original), text(body, 'responseObject', 'message'))
      continue
    }
    const signature = await signBytes(device, Buffer.from(text(body, 'hash'), 'base64'))
    const path = join(await scratch(), basename(original))
    await writeFile(path, await embedAndDownload(await stack(), text(body, 'documentId'), signature))
    signed.set(original, path)
  }
  return { signed, refused }
}

/** Faults of qpdf's report; offsets move with the appended revision and are left out. */
function faults(said: string): string[] {
  return said
    .split('\n')
    .filter((line) => /^WARNING|^ERROR/.test(line))
    .map((line) => line.replace(/\(.*?\)|\d+/g, ''))
    .sort()
}

for (const mode of ['strict', 'lax'] as const)
  strangerTest(
    `corpus, files that pyHanko reads in ${mode} mode: signed copies are valid and no less sound than before`,
    ['java', 'powerauthClient', 'pyhanko', 'qpdf'],
    async () => {
      const { signed, refused } = await signAll(await sample(mode))
      process.stdout.write(`corpus ${mode}: ${signed.size} signed, ${refused.size} refused\n`)
      for (const [name, reason] of refused) process.stdout.write(`  refused ${name}: ${reason}\n`)
      assert.ok(signed.size > 0)
      const wrong: string[] = []
      const reports = await pyhanko((await stack()).ca.trustRoot, [...signed.values()], mode)
      for (const report of reports) {
        const [signature] = report.signatures ?? []
        if (!signature?.bottomLine || signature.coverage !== 'ENTIRE_FILE')
          wrong.push(`${basename(report.file)}: ${JSON.stringify(report.error ?? signature)}`)
      }
      for (const [original, path] of signed) {
        const [before, after] = await Promise.all([qpdfCheck(original), qpdfCheck(path)])
        const found = faults(after.said).filter((fault) => !faults(before.said).includes(fault))
        if (after.code > before.code || found.length > 0)
          wrong.push(`${basename(original)}: qpdf ended with ${before.code}, now ${after.code}: ${found.join('; ')}`)
      }
      assert.deepEqual(wrong, [])
    },
  )
