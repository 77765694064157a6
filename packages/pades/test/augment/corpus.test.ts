/** Every file of the corpus that is signed here and was not before, raised to B-LTA: valid offline, the file and each revision its prefix. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { nodeCiphers } from '@cloudsigner/pades/node'
import { bytesSource, openDocument, readFormFields } from '@cloudsigner/pdf'
import { sharedPath, sharedTest } from '@cloudsigner/testing'
import expectations from '../sign/corpus.json' with { type: 'json' }
import { now, sign, validate } from '../validate/scenario.ts'
import { augment } from './augmenting.ts'

const maxBytes = 400_000

sharedTest('the corpus at B-LTA', 'corpus', async (t) => {
  const expected: Readonly<Record<string, { readonly outcome: string; readonly password?: string }>> = expectations
  const levels: string[] = []
  for (const [file, { outcome, password = '' }] of Object.entries(expected)) {
    const source = new Uint8Array(readFileSync(sharedPath('corpus', file)))
    const decryption = { ciphers: nodeCiphers, password }
    if (outcome !== 'signed' || source.length > maxBytes) continue
    const before = await readFormFields(await openDocument(bytesSource(source), { decryption }))
    if (before.some(({ type, value }) => type === 'Sig' && value !== undefined)) continue
    const raised = await augment(await sign(source, { decryption }), { decryption })
    assert.deepEqual(raised.subarray(0, source.length), source, file)
    const reports = await validate(raised, { revocation: 'require', at: now, reading: { decryption, repair: 'never' } })
    assert.deepEqual(
      reports.map(({ type, indication, modifications }) => `${type} ${indication} ${modifications}`),
      ['Sig TOTAL_PASSED LTA_UPDATES', 'DocTimeStamp TOTAL_PASSED LTA_UPDATES', 'DocTimeStamp TOTAL_PASSED NONE'],
      file,
    )
    levels.push(reports[0]?.level ?? file)
  }
  assert.deepEqual(new Set(levels), new Set(['B-LTA']))
  t.diagnostic(`${levels.length} files raised`)
  assert.ok(levels.length > 60)
})
