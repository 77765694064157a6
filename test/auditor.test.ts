/** The auditor can fail: each law is broken here once, on what a healthy stack left behind, and is found broken. */
import assert from 'node:assert/strict'
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import { type AuditReport, auditRows, laws } from '../chaos/audit/audit.ts'
import type { EvidencePlaces } from '../chaos/audit/evidence.ts'
import { startEmbeddedFleet } from '../chaos/fleet/embedded-fleet.ts'
import { Journal } from '../chaos/journal.ts'
import { startConsumer, subscribe } from '../chaos/load/consumer.ts'
import { type CustomerKind, join as enrol } from '../chaos/load/customer.ts'
import { makeDocument } from '../chaos/load/document.ts'
import { journey } from '../chaos/load/journey.ts'
import type { Plan } from '../chaos/load/plan.ts'
import { openWorld, type World } from '../chaos/load/world.ts'
import { chanceOf } from '../chaos/random.ts'
import { aSession, one, plantedRows } from './planted-rows.ts'

let folder: string
let places: EvidencePlaces
let pglite: PGlite
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloudsigner-auditor-'))
  // Nothing is killed: what is found is what is planted.
  const fleet = await startEmbeddedFleet(folder)
  places = { dataDirectory: fleet.dataDirectory, journalFolder: join(folder, 'journal') }
  const journal = new Journal(places.journalFolder)
  const consumer = await startConsumer(journal, chanceOf(2))
  try {
    const world = openWorld(fleet.ready, journal)
    await subscribe(world, consumer.url)
    await signAndReject(world)
    await consumer.untilQuiet(3000)
    await fleet.stopServices()
  } finally {
    await consumer.close()
    journal.close()
    await fleet.close()
  }
  await cp(join(places.dataDirectory, 'database'), join(folder, 'copy'), { recursive: true })
  pglite = await PGlite.create(join(folder, 'copy'))
})
after(async () => {
  await pglite.close()
  await rm(folder, { recursive: true, force: true })
})

/** What each law speaks of, once or twice: in both modes, by both APIs. */
async function signAndReject(world: World): Promise<void> {
  const chance = chanceOf(1)
  const documentOf = (name: string) => makeDocument(name, chance)
  async function live(userId: string, kind: CustomerKind, plans: readonly Plan[]): Promise<void> {
    const customer = (await enrol(world, userId, kind)) ?? assert.fail(`${userId} could not join`)
    for (const [count, plan] of plans.entries())
      assert.equal(await journey(world, customer, documentOf(`${userId}-${count}`), plan), plan.fate)
  }
  const plan = (via: Plan['via'], fate: Plan['fate'], isImpatient = false): Plan => ({
    ...{ via, fate, isImpatient, isContested: false },
  })
  const some = [plan('signer', 'signed'), plan('signer', 'signed', true), plan('signer', 'rejected')]
  await Promise.all([
    live('alice', 'external', [...some, plan('bank', 'signed'), plan('bank', 'rejected')]),
    live('bob', 'external', [plan('signer', 'signed'), plan('bank', 'signed')]),
    live('dave', 'cloud-by-bank', [plan('bank', 'signed'), plan('bank', 'rejected')]),
    live('carol', 'cloud', [...some, plan('signer', 'left')]),
  ])
}

/** Audits the copy as it is now. */
function auditCopy(journalFolder = places.journalFolder): Promise<AuditReport> {
  const rows = async <Row>(sql: string) => (await pglite.query<Row>(sql)).rows
  return auditRows({ rows, close: async () => undefined }, { ...places, journalFolder })
}

const brokenBy = ({ verdicts }: AuditReport) =>
  verdicts.filter(({ violations }) => violations.length > 0).map(({ law }) => law)

const seen = new Set<string>()
function assertFound(report: AuditReport, ...expected: readonly RegExp[]): void {
  const broken = brokenBy(report)
  for (const law of broken) seen.add(law)
  for (const law of expected)
    assert.ok(
      broken.some((says) => law.test(says)),
      `${law} was not found; broken: ${broken.join('; ')}`,
    )
}

test('what a healthy stack leaves behind breaks no law', async () => {
  const report = await auditCopy()
  assert.deepEqual(brokenBy(report), [])
  for (const { law, checks } of report.verdicts) if (!/refused/.test(law)) assert.ok(checks > 0, `not judged: ${law}`)
})

for (const { what, first, sql, found } of plantedRows)
  test(`planted in the database: ${what}`, async () => {
    await pglite.exec('begin; set constraints all deferred')
    try {
      if (first !== undefined) await pglite.exec(first)
      const { affectedRows } = await pglite.query(sql)
      assert.notEqual(affectedRows, 0, 'nothing was planted')
      assertFound(await auditCopy(), ...found)
    } finally {
      await pglite.exec('rollback')
    }
  })

async function blobOf(sql: string): Promise<string> {
  const { rows } = await pglite.query<{ blob: string }>(sql)
  return rows[0]?.blob ?? assert.fail('no such blob')
}

async function withFileChanged(
  service: 'signer' | 'orchestrator',
  blob: string,
  change: (bytes: Buffer) => Buffer | null,
  body: () => Promise<void>,
): Promise<void> {
  const path = join(places.dataDirectory, 'blobs', service, blob)
  const bytes = await readFile(path)
  const changed = change(Buffer.from(bytes))
  await (changed === null ? rm(path) : writeFile(path, changed))
  try {
    await body()
  } finally {
    await writeFile(path, bytes)
  }
}

const flip = (bytes: Buffer) => {
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  return bytes
}

test('planted in the store: a flipped bit, a lost blob, one more than there should be', async () => {
  const segment = (position: number) =>
    blobOf(`select blob from signer.segment where document_id = ${one('SIGNED')} and position = ${position}`)
  await withFileChanged('signer', await segment(0), flip, async () => {
    assertFound(await auditCopy(), /stored whole/, /what was uploaded/, /validates/, /given out again/)
  })
  await withFileChanged('signer', await segment(1), flip, async () => {
    assertFound(await auditCopy(), /stored whole/, /given out again/)
  })
  await withFileChanged(
    'signer',
    await segment(1),
    () => null,
    async () => {
      assertFound(await auditCopy(), /stored whole/, /given out again/)
    },
  )
  const ofBank = await blobOf(`select blob from orchestrator.session where id = ${aSession}`)
  await withFileChanged('orchestrator', ofBank, flip, async () => {
    assertFound(await auditCopy(), /the bank's copies/)
  })
  for (const service of ['signer', 'orchestrator']) {
    const path = join(places.dataDirectory, 'blobs', service, 'orphan')
    await writeFile(path, 'nobody knows me')
    assertFound(await auditCopy(), service === 'signer' ? /blob is named/ : /the bank's copies/)
    await rm(path)
  }
})

test('planted in the journal: an answer that nothing is left of, a refusal that nothing explains, a 500', async () => {
  const journalFolder = join(folder, 'planted-journal')
  await cp(places.journalFolder, journalFolder, { recursive: true })
  const upload = { act: 'upload', via: 'signer', userId: 'u', activationId: 'a', name: 'n', original: '00' }
  const at = new Date().toISOString()
  const lines = [
    { line: 'attempted', attempt: 1_000_001, at, ...upload },
    { line: 'acknowledged', attempt: 1_000_001, at, documentId: 'gone', hash: '' },
    { line: 'attempted', attempt: 1_000_002, at, act: 'sign', via: 'signer', documentId: 'gone' },
    { line: 'attempted', attempt: 1_000_003, at, act: 'misuse', documentId: 'gone' },
    { line: 'acknowledged', attempt: 1_000_003, at },
    { line: 'exchange', at, method: 'GET', path: '/', status: 500 },
    { line: 'refused', attempt: 1_000_002, at, code: 'ILLEGAL_OPERATION_ERROR', message: '' },
  ]
  await appendFile(join(journalFolder, 'journal.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  assertFound(await auditCopy(journalFolder), /accepted is there/, /no honest call/, /was a 500/, /released no other/)
})

test('planted in the journal: two answers of which only one can be true', async () => {
  const journalFolder = join(folder, 'contradicting-journal')
  await cp(places.journalFolder, journalFolder, { recursive: true })
  const { rows } = await pglite.query<{ id: string }>(
    `select id from signer.document where status = 'SIGNED' and external_id like 'alice-%'`,
  )
  const at = new Date().toISOString()
  const lines = [
    { line: 'attempted', attempt: 1_000_001, at, act: 'reject', via: 'signer', documentId: rows[0]?.id },
    { line: 'acknowledged', attempt: 1_000_001, at },
  ]
  await appendFile(join(journalFolder, 'journal.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const { verdicts } = await auditCopy(journalFolder)
  const sentences = verdicts.flatMap(({ violations }) => violations.map(({ sentence }) => sentence))
  assert.deepEqual(sentences, ['the document is SIGNED; the answers allow none'])
})

test('planted in the journal: a callback that nobody took, and one that was never written down', async () => {
  const journalFolder = join(folder, 'deaf-journal')
  await cp(places.journalFolder, journalFolder, { recursive: true })
  const file = join(journalFolder, 'journal.jsonl')
  const lines = (await readFile(file, 'utf8')).split('\n')
  await writeFile(file, lines.filter((line) => !line.startsWith('{"line":"told"')).join('\n'))
  const told = { line: 'told', at: new Date().toISOString(), key: 'unknown', body: '', isTaken: true, isAnswered: true }
  await appendFile(file, `${JSON.stringify(told)}\n`)
  assertFound(await auditCopy(journalFolder), /no callback is lost/, /same at each attempt/)
})

test('every law was found broken once', () => {
  assert.deepEqual(
    laws.map(({ says }) => says).filter((says) => !seen.has(says)),
    [],
  )
})
