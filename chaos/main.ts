/** `npm run chaos -- --kills N`: kills a stack under load, and lets the auditor judge what is left. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditReport } from './audit/audit.ts'
import { type ChaosOptions, chaosUsage, parseChaosArguments } from './options.ts'
import { type ChaosRun, runChaos } from './run.ts'

async function main(): Promise<number> {
  const args = process.argv.slice(2)
  if (args.includes('--help')) {
    process.stdout.write(chaosUsage)
    return 0
  }
  let options: ChaosOptions
  try {
    options = parseChaosArguments(args)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${chaosUsage}`)
    return 2
  }
  const folder = mkdtempSync(join(tmpdir(), 'cloudsigner-chaos-'))
  const { run, close } = await runChaos(options, folder)
  process.stdout.write(runText(run))
  const report = await auditOf(run, folder).finally(close)
  if (options.jsonFile !== undefined)
    writeFileSync(options.jsonFile, `${JSON.stringify({ ...run, audit: report }, null, 2)}\n`)
  const well = run.failures.length === 0 && report.broken === 0
  if (well) rmSync(folder, { recursive: true, force: true })
  else process.stdout.write(`Kept in ${folder}; the same kills again: --seed ${run.seed}\n`)
  return well ? 0 : 1
}

/** In a process of its own, that nothing of the load or the services is in. */
async function auditOf({ dataDirectory, journalFolder, database }: ChaosRun, folder: string): Promise<AuditReport> {
  const json = join(folder, 'audit.json')
  const where = 'url' in database ? ['--database', database.url] : []
  const args = ['--data', dataDirectory, '--journal', journalFolder, '--json', json, ...where]
  const auditor = spawn(process.execPath, [join(import.meta.dirname, 'auditor.ts'), ...args], { stdio: 'inherit' })
  await once(auditor, 'exit')
  return JSON.parse(readFileSync(json, 'utf8'))
}

function runText({ kills, documents, customers, seconds, seed, failures }: ChaosRun): string {
  const count = Object.values(kills).reduce((sum, each) => sum + each, 0)
  const names = Object.entries(kills).map(([name, each]) => `${name} ${each}`)
  const ends = Object.entries(documents).map(([end, each]) => `${each} ${end}`)
  return [
    `${count} kills in ${seconds} s (seed ${seed}): ${names.sort().join(', ')}.`,
    `${customers} customers; documents: ${ends.join(', ')}.`,
    ...failures.map((failure) => `FAILED  ${failure}`),
    '',
  ].join('\n')
}

process.exitCode = await main()
