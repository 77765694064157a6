/** Validators and checkers of PDF, over the examples signed by the genuine PowerAuth client. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { exampleNames, levels, signedExample } from './examples.ts'
import { type Place, withChangedByte } from './signed-pdf.ts'
import { stack } from './stack.ts'
import { strangerTest } from './stranger-test.ts'
import { cloudsignerValidate, dss, pdfsig, pyhanko, qpdfCheck, veraPdf } from './validators.ts'

const client = ['java', 'powerauthClient'] as const
const root = async () => (await stack()).ca.trustRoot

for (const [name, level] of exampleNames.flatMap((name) => levels.map((level) => [name, level] as const))) {
  strangerTest(
    `pdfsig: ${name}, ${level}, is valid, trusted, signed whole`,
    [...client, 'pdfsig', 'certutil'],
    async () => {
      const report = await pdfsig((await signedExample(name, level)).signed)
      assert.ok(report.signatureValid && report.certificateTrusted && report.wholeFile, report.said)
    },
  )

  strangerTest(`pyHanko: ${name} is valid, trusted, ${level}, whole file covered`, [...client, 'pyhanko'], async () => {
    const [report] = await pyhanko(await root(), [(await signedExample(name, level)).signed])
    assert.equal(report?.signatures?.length, 1, JSON.stringify(report))
    const { intact, valid, trusted, coverage, modificationLevel, padesLevel, bottomLine } = report.signatures[0] ?? {}
    assert.deepEqual(
      { intact, valid, trusted, coverage, modificationLevel, padesLevel, bottomLine },
      {
        intact: true,
        valid: true,
        trusted: true,
        coverage: 'ENTIRE_FILE',
        modificationLevel: 'NONE',
        padesLevel: level,
        bottomLine: true,
      },
    )
  })

  strangerTest(
    `EU DSS, online: ${name} is TOTAL_PASSED, ${level}, whole file covered`,
    [...client, 'dss'],
    async () => {
      const report = await dss(await root(), (await signedExample(name, level)).signed)
      assert.equal(report.signaturesCount, 1, JSON.stringify(report))
      const [signature] = report.signatures
      assert.equal(signature?.indication, 'TOTAL_PASSED', JSON.stringify(signature))
      assert.equal(signature.level, level === 'B-B' ? 'PAdES-BASELINE-B' : 'PAdES-BASELINE-T')
      assert.deepEqual(
        signature.timestamps.map(({ type, indication }) => [type, indication]),
        level === 'B-B' ? [] : [['SIGNATURE_TIMESTAMP', 'PASSED']],
      )
      assert.equal(signature.coversWholeDocument, true)
      assert.deepEqual(signature.modifications?.undefined ?? [], [])
      assert.deepEqual(signature.errors, [])
      assert.deepEqual(signature.warnings, [])
    },
  )

  strangerTest(`qpdf finds nothing in ${name}, ${level}, nor did it before`, [...client, 'qpdf'], async () => {
    const { original, signed } = await signedExample(name, level)
    const before = await qpdfCheck(original)
    assert.equal(before.code, 0, before.said)
    const after = await qpdfCheck(signed)
    assert.equal(after.code, 0, after.said)
    assert.deepEqual(warningsOf(after.said), warningsOf(before.said))
  })

  strangerTest(`our own validator agrees on ${name}, ${level}`, client, async () => {
    const { code, reports } = await cloudsignerValidate(await root(), [(await signedExample(name, level)).signed])
    const [signature] = reports[0]?.signatures ?? []
    assert.equal(signature?.indication, 'TOTAL_PASSED', JSON.stringify(reports))
    assert.equal(signature.intact, true)
    assert.equal(signature.level, level)
    assert.equal(code, 0)
  })
}

function warningsOf(said: string): string[] {
  return said.split('\n').filter((line) => line.startsWith('WARNING'))
}

strangerTest('veraPDF: the PDF/A example is PDF/A-2b before and after', [...client, 'dss'], async () => {
  const { original, signed } = await signedExample('consumer-loan.pdf')
  for (const file of [original, signed]) {
    const report = await veraPdf(file)
    assert.deepEqual(report.declared, ['2b'])
    assert.equal(report.compliant, true, JSON.stringify(report.results))
  }
})

const places: readonly Place[] = ['document', 'signature dictionary', 'signature value']

for (const place of places) {
  const needs = [...client, 'pdfsig', 'certutil', 'pyhanko', 'dss'] as const
  strangerTest(`one changed byte in the ${place}: everyone says invalid`, needs, async () => {
    const { signed, pdf } = await signedExample('current-account.pdf')
    const file = signed.replace('.pdf', `.changed-${place.replace(' ', '-')}.pdf`)
    await writeFile(file, withChangedByte(pdf, place))

    assert.equal((await pdfsig(file)).signatureValid, false)

    const [judged] = await pyhanko(await root(), [file])
    const ofPyhanko = judged?.signatures?.[0]
    assert.equal(ofPyhanko?.bottomLine, false, JSON.stringify(judged))
    assert.ok(!(ofPyhanko.intact && ofPyhanko.valid), JSON.stringify(judged))

    const ofDss = (await dss(await root(), file)).signatures[0]
    assert.equal(ofDss?.indication, 'TOTAL_FAILED', JSON.stringify(ofDss))

    const ours = await cloudsignerValidate(await root(), [file])
    assert.notEqual(ours.code, 0)
    assert.equal(ours.reports[0]?.signatures[0]?.indication, 'TOTAL_FAILED', JSON.stringify(ours.reports))
  })
}
