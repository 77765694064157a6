import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { PadesError } from '@cloudsigner/pades'
import { PdfError } from '@cloudsigner/pdf'
import { sharedPath, sharedTest } from '@cloudsigner/testing'
import expectations from './corpus.json' with { type: 'json' }
import { assertSigned, signFile } from './signing.ts'

type Expectation = { readonly outcome: string; readonly code?: string; readonly reason?: string }
const expected: Readonly<Record<string, Expectation>> = expectations

async function outcome(source: Uint8Array): Promise<{ outcome: string; code?: string }> {
  try {
    await assertSigned(source, await signFile(source))
    return { outcome: 'signed' }
  } catch (error) {
    if (error instanceof PadesError || error instanceof PdfError) return { outcome: 'refused', code: error.code }
    throw error
  }
}

sharedTest('every file of the corpus has an expectation here, and a refusal a reason', 'corpus', () => {
  const files = ['dss', 'pyhanko'].flatMap((folder) =>
    readdirSync(sharedPath('corpus', folder))
      .filter((file) => file.endsWith('.pdf'))
      .map((file) => `${folder}/${file}`),
  )
  assert.deepEqual(files.toSorted(), Object.keys(expected).toSorted())
  for (const [file, { outcome, code, reason }] of Object.entries(expected))
    assert.ok(outcome === 'signed' || (outcome === 'refused' && code && reason), file)
})

for (const [file, { outcome: wanted, code }] of Object.entries(expected))
  sharedTest(`${file}: ${wanted}${code ? ` (${code})` : ''}`, 'corpus', async () => {
    const source = new Uint8Array(readFileSync(sharedPath('corpus', file)))
    assert.deepEqual(await outcome(source), code ? { outcome: wanted, code } : { outcome: wanted })
  })
