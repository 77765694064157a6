/**
 * Two replicas of each service behind a proxy, on a genuine PostgreSQL: services and database are killed fifty times
 * under load, half of them on the PostgreSQL of this machine where it has one. The auditor finds nothing lost.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { audit } from '../chaos/audit/audit.ts'
import { reportText } from '../chaos/audit/report.ts'
import { parseChaosArguments } from '../chaos/options.ts'
import { runChaos } from '../chaos/run.ts'

/** Where Debian keeps the programs of each version. */
const debianFolder = '/usr/lib/postgresql'
const oldest = 15

const installed = await oldestInstalled()
const runs =
  installed === undefined
    ? [{ name: "npm's PostgreSQL", kills: 50, more: [] }]
    : [
        { name: "npm's PostgreSQL", kills: 25, more: [] },
        {
          name: `PostgreSQL ${installed.version} of this machine`,
          kills: 25,
          more: ['--programs', installed.programs],
        },
      ]

for (const { name, kills, more } of runs)
  test(`${kills} kills of replicas and ${name}, and nothing is lost`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'cloudsigner-chaos-'))
    const options = parseChaosArguments(['--kills', String(kills), '--database', 'postgres', ...more])
    t.diagnostic(`seed ${options.seed}`)
    const { run, close } = await runChaos(options, folder)
    try {
      assert.deepEqual(run.failures, [])
      const report = await audit(run)
      assert.equal(report.broken, 0, reportText(report))
      assert.ok(run.documents.signed > 0, `${run.documents.signed} documents were signed`)
      const killed = Object.entries(run.kills).map(([victim, times]) => `${victim} ${times}`)
      t.diagnostic(`${killed.join(', ')}: ${report.counts.documents} documents, all laws hold`)
    } finally {
      await close()
      await rm(folder, { recursive: true, force: true })
    }
  })

async function oldestInstalled(): Promise<{ readonly version: number; readonly programs: string } | undefined> {
  const names = await readdir(debianFolder).catch(() => [])
  const [version] = names
    .map(Number)
    .filter((each) => each >= oldest && existsSync(join(debianFolder, String(each), 'bin', 'postgres')))
    .sort((a, b) => a - b)
  return version === undefined ? undefined : { version, programs: join(debianFolder, String(version), 'bin') }
}
