import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PadesError } from '@cloudsigner/pades'
import { PdfError } from '@cloudsigner/pdf'
import { sharedPath, sharedTest } from '@cloudsigner/testing'
import fc from 'fast-check'
import { assertSigned, signFile } from './signing.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 150)

sharedTest('a mutated file is refused, or signed so that the result is read as it stands', 'corpus', async () => {
  const folder = sharedPath('corpus', 'pyhanko')
  const seeds = readdirSync(folder)
    .filter((file) => file.endsWith('.pdf'))
    .map((file) => new Uint8Array(readFileSync(join(folder, file))))
    .filter(({ length }) => length < 15_000)
  const token = fc.constantFrom(
    '<<',
    '>>',
    '[',
    ']',
    '(',
    '0 R',
    'obj',
    'endobj',
    'stream',
    'xref',
    'startxref',
    '%%EOF',
    ' 1 ',
    ' 9',
    '/Kids',
    '/Annots',
    '/AcroForm',
    '/Fields',
    '\n',
    ' ',
  )
  const edit = fc.record({
    at: fc.noBias(fc.nat(9999)).map((at) => at / 10_000),
    cut: fc.nat(12),
    put: fc.oneof(token, fc.string({ maxLength: 3 })),
  })
  let signed = 0
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 4 }), async (seed, edits) => {
      let source = seed
      for (const { at, cut, put } of edits) {
        const position = Math.floor(at * source.length)
        source = new Uint8Array(
          Buffer.concat([source.subarray(0, position), Buffer.from(put), source.subarray(position + cut)]),
        )
      }
      let result: Awaited<ReturnType<typeof signFile>>
      try {
        result = await signFile(source)
      } catch (error) {
        assert.ok(error instanceof PdfError || error instanceof PadesError, String(error))
        return
      }
      signed++
      try {
        await assertSigned(source, result)
      } catch (error) {
        // A form that names an object which does not exist yet may lead to the new signature twice: then the phone does not sign.
        if (!(error instanceof PadesError && error.code === 'prepared_ambiguous')) throw error
      }
    }),
    { numRuns: runs },
  )
  assert.ok(signed > runs / 10, `only ${signed} of ${runs} were signed`)
})
