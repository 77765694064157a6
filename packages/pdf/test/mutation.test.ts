import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesSource, firstPage, openDocument, PdfError, PdfStream, readFormFields, reference } from '@cloudsigner/pdf'
import { nodeCiphers } from '@cloudsigner/pdf/node'
import { sharedPath, sharedTest } from '@cloudsigner/testing'
import fc from 'fast-check'

/** Opens a file and touches whatever the package reads; only PdfError may come out. */
async function touch(bytes: Uint8Array): Promise<'read' | 'refused'> {
  try {
    const document = await openDocument(bytesSource(bytes), {
      decryption: { ciphers: nodeCiphers, password: 'usersecret' },
    })
    for (const [index] of document.revisions.entries()) await document.revisionEntries(index)
    await firstPage(document)
    await readFormFields(document)
    for (let number = 1; number <= Math.min(40, document.maxObjectNumber); number++) {
      const value = await document.getObject(reference(number))
      if (value instanceof PdfStream) await document.readStream(value)
    }
    return 'read'
  } catch (error) {
    if (error instanceof PdfError) return 'refused'
    throw error
  }
}

const files = (folder: string): readonly string[] =>
  readdirSync(sharedPath('corpus', folder))
    .filter((file) => file.endsWith('.pdf'))
    .map((file) => join(sharedPath('corpus', folder), file))

sharedTest('every file of the corpus is read or refused', 'corpus', async () => {
  const all = [...files('dss'), ...files('pyhanko')]
  assert.ok(all.length > 190)
  for (const file of all) await touch(readFileSync(file))
})

sharedTest('mutated files of the corpus are read or refused, in bounded time', 'corpus', async () => {
  const seeds = files('pyhanko')
    .map((file) => new Uint8Array(readFileSync(file)))
    .filter(({ length }) => length < 15_000)
  const token = fc.constantFrom(
    '<<',
    '>>',
    '[',
    ']',
    '(',
    '<',
    '0 R',
    'obj',
    'endobj',
    'stream',
    'xref',
    '/Prev 9',
    '/Length 99999999',
    '/Kids',
    '%',
    '99999999999',
  )
  const edit = fc.record({
    at: fc.noBias(fc.nat(9999)).map((at) => at / 10_000),
    cut: fc.nat(30),
    put: fc.oneof(token, fc.string({ maxLength: 4 })),
  })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 6 }), async (seed, edits) => {
      let bytes = seed
      for (const { at, cut, put } of edits) {
        const position = Math.floor(at * bytes.length)
        bytes = new Uint8Array(
          Buffer.concat([bytes.subarray(0, position), Buffer.from(put), bytes.subarray(position + cut)]),
        )
      }
      const started = performance.now()
      await touch(bytes)
      const spent = performance.now() - started
      assert.ok(spent < 3000, `${spent} ms for ${bytes.length} bytes`)
    }),
    { numRuns: 400 },
  )
})
