/** Every file that the demo leaves, whatever its mode and level, judged by those who read PDFs. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { cloudsigner } from './cloudsigner.ts'
import { once } from './lifetime.ts'
import { scratch } from './stack.ts'
import { strangerTest } from './stranger-test.ts'
import { dss, pdfsig, pyhanko } from './validators.ts'

interface Produced {
  readonly files: readonly string[]
  readonly trust: string
}

/** The demo with its stack left up, so that revocation lists can be fetched; it ends with the run. */
const demo = once(async (): Promise<Produced> => {
  const folder = join(await scratch(), 'demo')
  await mkdir(folder)
  const json = join(folder, 'report.json')
  // Said once the report is written.
  const isReady = (said: string) => said.includes('The stack stays up')
  await cloudsigner(['demo', '--keep', '--json', json], { cwd: folder, seconds: 120, isReady })
  const { files }: { files: readonly string[] } = JSON.parse(await readFile(json, 'utf8'))
  return { files, trust: join(folder, 'out', 'trust-root.pem') }
})

strangerTest("pdfsig, pyHanko and DSS pass the demo's files", ['pdfsig', 'certutil', 'pyhanko', 'dss'], async () => {
  const { files, trust } = await demo()
  assert.ok(files.length >= 3 && files.every((file) => existsSync(file)), files.join('\n'))
  const reports = await pyhanko(trust, files)
  for (const [index, file] of files.entries()) {
    const name = basename(file)
    const ofPdfsig = await pdfsig(file, trust)
    assert.ok(ofPdfsig.signatureValid && ofPdfsig.certificateTrusted && ofPdfsig.wholeFile, ofPdfsig.said)
    const ofPyhanko = reports[index]?.signatures?.at(-1)
    assert.ok(ofPyhanko?.bottomLine && ofPyhanko.coverage === 'ENTIRE_FILE', JSON.stringify(reports[index]))
    const ofDss = (await dss(trust, file)).signatures.at(-1)
    assert.equal(ofDss?.indication, 'TOTAL_PASSED', `${name}: ${JSON.stringify(ofDss)}`)
    assert.deepEqual([ofDss.errors, ofDss.warnings], [[], []], name)
    const levelOfDss = { 'B-B': 'PAdES-BASELINE-B', 'B-T': 'PAdES-BASELINE-T' }[ofPyhanko.padesLevel ?? '']
    assert.equal(ofDss.level, levelOfDss, name)
  }
})
