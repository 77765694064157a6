/** The stack as `npm start` runs it, killed ten times under load: the auditor finds nothing lost and nothing taken back. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { audit } from '../chaos/audit/audit.ts'
import { reportText } from '../chaos/audit/report.ts'
import { parseChaosArguments } from '../chaos/options.ts'
import { runChaos } from '../chaos/run.ts'

test('killed ten times under load, the embedded stack loses nothing', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'cloudsigner-chaos-'))
  const options = parseChaosArguments(['--kills', '10', '--phones', '3'])
  t.diagnostic(`seed ${options.seed}`)
  const { run, close } = await runChaos(options, folder)
  try {
    assert.deepEqual(run.failures, [])
    assert.deepEqual(run.kills, { stack: 10 })
    assert.ok(run.documents.signed > 0, `${run.documents.signed} documents were signed`)
    const report = await audit(run)
    assert.equal(report.broken, 0, reportText(report))
    t.diagnostic(
      `${report.counts.documents} documents, ${report.counts['of these without an answer']} answers lost, all laws hold`,
    )
  } finally {
    await close()
    await rm(folder, { recursive: true, force: true })
  }
})

test('the arguments are checked', () => {
  assert.throws(() => parseChaosArguments([]), /--kills is a number/)
  assert.throws(() => parseChaosArguments(['--kills', 'many']), /--kills is a number/)
  assert.throws(() => parseChaosArguments(['--kills', '1', '--database', 'mysql://x']), /--database is/)
  assert.deepEqual(parseChaosArguments(['--kills', '1', '--seed', '5', '--json', 'f']), {
    ...{ kills: 1, database: 'embedded', seconds: 0, seed: 5, phones: 4, jsonFile: 'f' },
  })
})
