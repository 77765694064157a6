/**
 * The auditor: judges what a stack left behind by its rows (plain SQL, read-only), its stored files and the journal of
 * its clients. It shares no code with the services but the PDF and certificate packages that any validator would use.
 *
 *   node chaos/auditor.ts --data DIR --journal DIR [--database URL] [--json FILE]
 *
 * Without a URL the embedded database in the data directory is read, whose process must have ended. Exits with 0 where
 * every law holds, 1 where one is broken.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { audit } from './audit/audit.ts'
import { reportText } from './audit/report.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    journal: { type: 'string' },
    database: { type: 'string' },
    json: { type: 'string' },
  },
})
const { data, journal, database, json } = values
if (data === undefined || journal === undefined) {
  process.stderr.write('usage: node chaos/auditor.ts --data DIR --journal DIR [--database URL] [--json FILE]\n')
  process.exit(2)
}
const report = await audit({
  dataDirectory: data,
  journalFolder: journal,
  database: database === undefined ? { directory: join(data, 'database') } : { url: database },
})
process.stdout.write(reportText(report))
if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`)
process.exitCode = report.broken === 0 ? 0 : 1
