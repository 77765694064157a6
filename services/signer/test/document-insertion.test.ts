import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRealPostgres } from '@cloudsigner/service/testing'
import { sql } from 'kysely'
import { insertDocument } from '../src/store/document-insertion.ts'
import type { NewDocument } from '../src/store/document-store.ts'
import { recordStrayBlobs } from '../src/store/stray-blob-store.ts'
import { type SignerDatabase, type SignerTables, signerSchema } from '../src/store/tables.ts'
import { type Fixture, openFixture, type Phone, start } from './fixture.ts'

const before = new Date(start.getTime() - 1000)

/** A document about to be stored, its blob recorded. */
async function prepared(db: SignerDatabase, phone: Phone) {
  const { certificate_id: certificateId } = await db
    .selectFrom('signer')
    .select('certificate_id')
    .where('id', '=', phone.activationId)
    .executeTakeFirstOrThrow()
  const documentId = crypto.randomUUID()
  const original = { blob: `documents/${documentId}`, size: 7, digest: new Uint8Array(32) }
  await recordStrayBlobs(db, [original.blob], start)
  const document: NewDocument = {
    documentId,
    signerId: phone.activationId,
    certificateId,
    externalId: 'c-1',
    name: 'Contract',
    fileName: 'c.pdf',
    signedAttributes: Uint8Array.of(1),
    plan: { version: 1 } as NewDocument['plan'],
    createdAt: start,
    waitingUntil: start,
  }
  return { document, original }
}

async function rowsOf(db: SignerDatabase, documentId: string) {
  const documents = await db.selectFrom('document').select('status').where('id', '=', documentId).execute()
  const segments = await db.selectFrom('segment').select('blob').where('document_id', '=', documentId).execute()
  const strays = await db.selectFrom('stray_blob').select('name').where('name', 'like', `%${documentId}`).execute()
  return { documents: documents.map(({ status }) => status), segments: segments.length, strays: strays.length }
}

const setStatus = (db: SignerDatabase, { activationId }: Phone, status: 'ACTIVE' | 'BLOCKED') =>
  db.updateTable('signer').set({ status }).where('id', '=', activationId).execute()

const databaseOf = ({ environment }: Fixture): SignerDatabase =>
  environment.database.forSchema<SignerTables>(signerSchema)

test('a document, its first segment and the adoption of its blob are one: all or nothing', async () => {
  const fixture = await openFixture()
  const db = databaseOf(fixture)
  const phone = await fixture.newSigner()

  const { document, original } = await prepared(db, phone)
  assert.equal(await insertDocument(db, document, original, before), null)
  assert.deepEqual(await rowsOf(db, document.documentId), { documents: ['WAITING'], segments: 1, strays: 0 })

  const late = await prepared(db, phone)
  assert.equal(await insertDocument(db, late.document, late.original, start), 'blob not adopted')
  assert.deepEqual(await rowsOf(db, late.document.documentId), { documents: [], segments: 0, strays: 1 })

  await setStatus(db, phone, 'BLOCKED')
  const blocked = await prepared(db, phone)
  assert.equal(await insertDocument(db, blocked.document, blocked.original, before), 'signer not active')
  assert.deepEqual(await rowsOf(db, blocked.document.documentId), { documents: [], segments: 0, strays: 1 })
  await fixture.close()
})

test('who is blocking the signer at this moment is waited for, and believed', async () => {
  const server = await startRealPostgres()
  const database = await server.createDatabase()
  const fixture = await openFixture({}, [await database.open()])
  const db = databaseOf(fixture)
  const phone = await fixture.newSigner()
  const { document, original } = await prepared(db, phone)
  const inserting = await db.transaction().execute(async (transaction) => {
    await transaction.updateTable('signer').set({ status: 'BLOCKED' }).where('id', '=', phone.activationId).execute()
    const waiting = insertDocument(db, document, original, before)
    // It is at the lock when the server says so.
    for (;;) {
      const { rows } = await blockedBackends(transaction)
      if (rows.length > 0) return { waiting }
    }
  })
  assert.equal(await inserting.waiting, 'signer not active')
  assert.deepEqual(await rowsOf(db, document.documentId), { documents: [], segments: 0, strays: 1 })
  await fixture.close()
  await server.stop()
})

const blockedBackends = (db: SignerDatabase) =>
  sql`select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`.execute(db)
