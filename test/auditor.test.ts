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
import { join as enrol } from '../chaos/load/customer.ts'
import { makeDocument } from '../chaos/load/document.ts'
import { journey } from '../chaos/load/journey.ts'
import type { Plan } from '../chaos/load/plan.ts'
import { openWorld, type World } from '../chaos/load/world.ts'
import { chanceOf } from '../chaos/random.ts'

let folder: string
let places: EvidencePlaces
let pglite: PGlite
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloudsigner-auditor-'))
  // Nothing is killed: what is found is what is planted.
  const fleet = await startEmbeddedFleet(folder)
  places = { dataDirectory: fleet.dataDirectory, journalFolder: join(folder, 'journal') }
  const journal = new Journal(places.journalFolder)
  try {
    await signAndReject(openWorld(fleet.ready, journal))
    await fleet.stopServices()
  } finally {
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
  async function live(userId: string, mode: 'EXTERNAL' | 'CLOUD', plans: readonly Plan[]): Promise<void> {
    const customer = (await enrol(world, userId, mode)) ?? assert.fail(`${userId} could not join`)
    for (const [count, plan] of plans.entries())
      assert.equal(await journey(world, customer, documentOf(`${userId}-${count}`), plan), plan.fate)
  }
  const plan = (via: Plan['via'], fate: Plan['fate'], isImpatient = false): Plan => ({ via, fate, isImpatient })
  const some = [plan('signer', 'signed'), plan('signer', 'signed', true), plan('signer', 'rejected')]
  await Promise.all([
    live('alice', 'EXTERNAL', [...some, plan('bank', 'signed'), plan('bank', 'rejected')]),
    live('bob', 'EXTERNAL', [plan('signer', 'signed'), plan('bank', 'signed')]),
    live('carol', 'CLOUD', [...some, plan('signer', 'left')]),
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

const one = (status: string) => `(select id from signer.document where status = '${status}' order by id limit 1)`
/** A document of Cloud mode, or of External. */
const released = `(select document_id from signer.release order by document_id limit 1)`
const unreleased = `(select id from signer.document where status = 'SIGNED' and id not in (select document_id from signer.release) limit 1)`
const aSession = `(select id from orchestrator.session where status = 'SIGNED' order by id limit 1)`
const anActivation = `(select activation_id from powerauth.signature_audit order by id limit 1)`

interface Planted {
  readonly what: string
  /** What keeps the database from holding it is taken away first. */
  readonly first?: string
  readonly sql: string
  readonly found: readonly RegExp[]
}

const plantedRows: readonly Planted[] = [
  {
    what: 'a document is deleted',
    sql: `delete from signer.document where id in (select id from signer.document where status = 'SIGNED')`,
    found: [/accepted is there/, /blob is named/, /given out again/],
  },
  {
    what: 'SIGNED is taken back',
    sql: `update signer.document set status = 'WAITING', signature = null, signature_level = null where id = ${one('SIGNED')}`,
    found: [/two segments/, /given out again/],
  },
  {
    what: 'a document is marked SIGNED that nobody signed',
    sql: `update signer.document set status = 'SIGNED', signature = '\\x00', signature_level = 'PADES_B_B' where id = ${one('REJECTED')}`,
    found: [/two segments/, /by its signer/],
  },
  {
    what: 'a signature is used for two documents',
    sql: `update signer.document set signature = (select signature from signer.document where id = ${one('SIGNED')}) where status = 'SIGNED'`,
    found: [/two documents/, /by its signer/],
  },
  {
    what: 'a document comes from nowhere',
    sql: `update signer.document set external_id = 'nobody' where id = ${one('SIGNED')}`,
    found: [/of one upload/, /what was uploaded/],
  },
  {
    what: 'an upload makes two documents',
    sql: `update signer.document set external_id = (select external_id from signer.document d where d.external_id not in (select id::text from orchestrator.session) limit 1)
          where external_id not in (select id::text from orchestrator.session)`,
    found: [/of one upload/],
  },
  {
    what: 'other bytes were to be signed',
    sql: `update signer.document set signed_attributes = '\\x3100'`,
    found: [/accepted is there/, /is so at the signer/, /by its signer/],
  },
  {
    what: 'a segment that storage damaged',
    sql: `update signer.segment set intact = false where document_id = ${one('SIGNED')} and position = 0`,
    found: [/stored whole/],
  },
  {
    what: "a document's blob is about to be swept",
    sql: `insert into signer.stray_blob (name, since) select blob, now() from signer.segment limit 1`,
    found: [/blob is named/],
  },
  {
    what: "the bank's session is set back",
    sql: `update orchestrator.session set status = 'REJECTED', signature = null where id = ${aSession}`,
    found: [/the bank accepted/, /is so at the signer/],
  },
  {
    what: "the bank's session is gone",
    sql: `delete from orchestrator.session where id = ${aSession}`,
    found: [/the bank accepted/, /the bank's copies/],
  },
  {
    what: "another signer's certificate",
    sql: `update signer.document d set certificate_id = (select id from signer.certificate c where c.signer_id <> d.signer_id limit 1)`,
    found: [/validates/, /by its signer/],
  },
  {
    what: 'a signer is blocked',
    sql: `update signer.signer set status = 'BLOCKED'`,
    found: [/ACTIVE signer/],
  },
  {
    what: "a signer's certificate is for another key",
    sql: `update powerauth.activation set device_public_key = '\\x04'`,
    found: [/ACTIVE signer/],
  },
  {
    what: 'a certificate was revoked behind the back of its signer',
    sql: `update ca.certificate set revoked_at = now(), revocation_reason = 'KEY_COMPROMISE' where username is not null`,
    found: [/is the CA's/],
  },
  {
    what: 'a revocation list is older than the one before it',
    sql: `insert into ca.crl select issuer, number + 1, this_update - interval '1 hour', next_update, crl from ca.crl`,
    found: [/revocation lists/],
  },
  {
    what: 'a key that is kept signed without a release',
    sql: `delete from signer.release where document_id = ${released}`,
    found: [/used once for each release/],
  },
  {
    what: 'a document of a key on the device was released',
    sql: `update signer.release set document_id = ${unreleased} where document_id = ${released}`,
    found: [/used once for each release/, /of that very document/],
  },
  {
    what: 'an approval is used twice',
    sql: `insert into signer.release select approval_id, operation_id, ${unreleased}, signature, sealed_intent, signature_level, released_at, claim, claimed_until, signed_at
          from signer.release where document_id = ${released}`,
    first: 'alter table signer.release drop constraint release_pkey, drop constraint release_operation_id_key',
    found: [/no operation released twice/, /used once for each release/],
  },
  {
    what: 'an operation releases two approvals',
    sql: 'update signer.release set operation_id = (select min(operation_id) from signer.release)',
    first: 'alter table signer.release drop constraint release_operation_id_key',
    found: [/no operation released twice/, /used once for each release/],
  },
  {
    what: 'a release that no device signed',
    sql: `update signer.release set signature = (select signature from signer.release r where r.document_id <> ${released} limit 1) where document_id = ${released}`,
    found: [/of that very document/],
  },
  {
    what: 'an operation that was not approved',
    sql: `update powerauth.operation set status = 'REJECTED' where operation_id = (select operation_id from signer.release limit 1)`,
    found: [/no operation released twice/],
  },
  {
    what: 'an operation that another device approved',
    sql: `update powerauth.operation set additional_data = '{"activationId":"another"}'`,
    found: [/no operation released twice/],
  },
  {
    what: 'a key that is kept is gone',
    sql: 'update signer.credential set sealed_private_key = null',
    found: [/ACTIVE signer/],
  },
  {
    what: 'an activation is blocked',
    sql: `update powerauth.activation set activation_status = 'BLOCKED' where activation_id = ${anActivation}`,
    found: [/committed is ACTIVE/],
  },
  {
    what: 'a counter goes back',
    sql: `update powerauth.activation set counter = 1 where activation_id = ${anActivation}`,
    found: [/only goes up/],
  },
  {
    what: 'a code is accepted twice',
    sql: `insert into powerauth.signature_audit (activation_id, application_id, user_id, activation_counter, activation_status, additional_info, signature_type, signature, note, valid, version, timestamp_created)
          select activation_id, application_id, user_id, activation_counter, activation_status, additional_info, signature_type, signature, note, valid, version, timestamp_created
          from powerauth.signature_audit order by id limit 1`,
    found: [/only goes up/],
  },
  {
    what: 'records of codes are gone',
    sql: `delete from powerauth.signature_audit where activation_id = ${anActivation}`,
    found: [/left its record/],
  },
  {
    what: 'a job was given up',
    sql: `update signer.job set state = 'failed' where kind = 'sweep-stray-blobs'`,
    found: [/no job was given up/],
  },
]

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

test('every law was found broken once', () => {
  assert.deepEqual(
    laws.map(({ says }) => says).filter((says) => !seen.has(says)),
    [],
  )
})
