import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { recordSignature, type SignatureRecord } from '../src/store/signature-store.ts'
import { recordStrayBlobs } from '../src/store/stray-blob-store.ts'
import { type SignerDatabase, type SignerTables, signerSchema } from '../src/store/tables.ts'
import { type Fixture, openFixture, type Phone, start } from './fixture.ts'

const contract = new Uint8Array(await readFile(new URL('../../../examples/consumer-loan.pdf', import.meta.url)))
const young = new Date(start.getTime() - 1000)

let fixture: Fixture
let phone: Phone
let db: SignerDatabase
before(async () => {
  fixture = await openFixture()
  phone = await fixture.newSigner()
  db = fixture.environment.database.forSchema<SignerTables>(signerSchema)
})
after(() => fixture.close())

/** A WAITING document, and what would make it SIGNED. */
async function waiting(claimId: string | null = null): Promise<SignatureRecord> {
  const { documentId } = await fixture.client.uploadDocument({
    signerId: phone.activationId,
    externalId: 'c-1',
    name: 'Contract',
    fileName: 'c.pdf',
    file: contract,
  })
  const segment = { blob: `documents/revision-of-${documentId}`, size: 7, digest: new Uint8Array(32) }
  await recordStrayBlobs(db, [segment.blob], start)
  const signature = Uint8Array.of(1, 2)
  return { documentId, signerId: phone.activationId, signature, level: 'PADES_B_B', at: start, segment, claimId }
}

/** What a release leaves, as far as this statement is concerned. */
async function releasing({ documentId }: SignatureRecord, claim: string): Promise<void> {
  await db.updateTable('document').set({ status: 'SIGNING' }).where('id', '=', documentId).execute()
  await db
    .insertInto('release')
    .values({
      approval_id: crypto.randomUUID(),
      operation_id: crypto.randomUUID(),
      document_id: documentId,
      signature: Uint8Array.of(1),
      sealed_intent: Uint8Array.of(1),
      signature_level: 'PADES_B_B',
      released_at: start,
      claim,
      claimed_until: start,
    })
    .execute()
}

async function stateOf({ documentId, segment }: SignatureRecord) {
  const { rows } = await sql<{ status: string; segments: number; strays: number }>`
    select status,
      (select count(*) from signer.segment where document_id = ${documentId}::uuid) as segments,
      (select count(*) from signer.stray_blob where name = ${segment.blob}) as strays
    from signer.document where id = ${documentId}::uuid`.execute(db)
  return rows[0]
}

const untouched = { status: 'WAITING', segments: 1, strays: 1 }

test('a WAITING document becomes SIGNED with its segment, whose blob is adopted', async () => {
  const record = await waiting()
  assert.equal(await recordSignature(db, record, young), null)
  assert.deepEqual(await stateOf(record), { status: 'SIGNED', segments: 2, strays: 0 })
  const [row] = await db.selectFrom('document').selectAll().where('id', '=', record.documentId).execute()
  assert.deepEqual([...(row?.signature ?? [])], [1, 2])
  assert.equal(row?.signature_level, 'PADES_B_B')

  await recordStrayBlobs(db, ['documents/second'], start)
  const again = { ...record, segment: { ...record.segment, blob: 'documents/second' } }
  assert.equal(await recordSignature(db, again, young), 'document not signable')
})

const obstacles: readonly (readonly [
  string,
  Awaited<ReturnType<typeof recordSignature>>,
  (r: SignatureRecord) => Promise<unknown>,
])[] = [
  [
    'rejected',
    'document not signable',
    ({ documentId }) => db.updateTable('document').set({ status: 'REJECTED' }).where('id', '=', documentId).execute(),
  ],
  [
    'past its time',
    'document not signable',
    ({ documentId }) => db.updateTable('document').set({ waiting_until: start }).where('id', '=', documentId).execute(),
  ],
  [
    'told to be timed out',
    'document not signable',
    ({ documentId }) => db.updateTable('document').set({ timed_out_at: start }).where('id', '=', documentId).execute(),
  ],
  [
    'of Cloud mode and being signed',
    'document not signable',
    ({ documentId }) => db.updateTable('document').set({ status: 'SIGNING' }).where('id', '=', documentId).execute(),
  ],
  [
    'stored too slowly',
    'blob not adopted',
    ({ segment }) => db.updateTable('stray_blob').set({ since: young }).where('name', '=', segment.blob).execute(),
  ],
]

for (const [name, reason, hinder] of obstacles)
  test(`a document that is ${name} stays as it is`, async () => {
    const record = await waiting()
    await hinder(record)
    const before = await stateOf(record)
    assert.equal(await recordSignature(db, record, young), reason)
    assert.deepEqual(await stateOf(record), before)
  })

test('in Cloud mode who holds the claim signs, and nobody else', async () => {
  const claimId = crypto.randomUUID()
  const record = await waiting(claimId)
  assert.equal(await recordSignature(db, record, young), 'document not signable')
  assert.deepEqual(await stateOf(record), untouched)
  await releasing(record, claimId)
  assert.equal(await recordSignature(db, { ...record, claimId: crypto.randomUUID() }, young), 'document not signable')
  assert.deepEqual(await stateOf(record), { ...untouched, status: 'SIGNING' })
  assert.equal(await recordSignature(db, record, young), null)
  assert.deepEqual(await stateOf(record), { status: 'SIGNED', segments: 2, strays: 0 })
  const [release] = await db.selectFrom('release').selectAll().where('document_id', '=', record.documentId).execute()
  assert.deepEqual([release?.claim, release?.signed_at], [null, start])
})

test('a signer that is not ACTIVE signs nothing', async () => {
  const record = await waiting()
  await db.updateTable('signer').set({ status: 'BLOCKED' }).where('id', '=', phone.activationId).execute()
  assert.equal(await recordSignature(db, record, young), 'signer not active')
  assert.deepEqual(await stateOf(record), untouched)
})
