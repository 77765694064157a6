import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { SignerApiError } from '@cloudsigner/clients/signer'
import { withRealPostgres } from '@cloudsigner/service/testing'
import { cloudRaces } from './cloud-races.ts'
import { csrOf, type Fixture, openFixture, type Phone } from './fixture.ts'
import { refused } from './refused.ts'

const contract = new Uint8Array(await readFile(new URL('../../../examples/consumer-loan.pdf', import.meta.url)))

/** PGlite has one connection, on which rivals never meet: so two replicas on a real server. */
test('two replicas on one PostgreSQL keep every rule that needs a lock', async (t) => {
  await withRealPostgres(async (server) => {
    const fixture = await openFixture({}, [await server.open(), await server.open()])
    const phone = await fixture.newSigner()
    await t.test('the same signature, twenty times at once: one file, one answer, nineteen refusals', () =>
      oneFile(fixture, phone),
    )
    await t.test('of twenty good signatures at once one is taken', () => oneSignature(fixture, phone))
    await t.test('signature, rejection and deletion at once: what was answered is what is', () => races(fixture, phone))
    await t.test('a signer blocked while it signs: each document SIGNED or refused', () => blocking(fixture))
    await t.test('first enrolments at once: one signer, and every certificate is found', () => enrolments(fixture))
    await cloudRaces(t, fixture)
    await fixture.close()
  })
})

const upload = (fixture: Fixture, phone: Phone) =>
  fixture.client.uploadDocument({
    signerId: phone.activationId,
    externalId: 'c-1',
    name: 'Contract',
    fileName: 'c.pdf',
    file: contract,
  })

const signatureOf = async (phone: Phone, hash: string) =>
  Buffer.from(await phone.key.sign(Buffer.from(hash, 'base64'))).toString('base64')

/** Calls spread over the replicas; what each answered, or was refused with. */
async function atOnce<Answer>(
  fixture: Fixture,
  count: number,
  call: (client: Fixture['client'], index: number) => Promise<Answer>,
): Promise<readonly (Answer | SignerApiError)[]> {
  const { clients } = fixture
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const client = clients[index % clients.length] ?? fixture.client
      return call(client, index).catch((error: unknown) => {
        assert.ok(error instanceof SignerApiError, String(error))
        return error
      })
    }),
  )
}

const blobsOf = async (fixture: Fixture, documentId: string) =>
  (await Array.fromAsync(fixture.environment.blobs.list(`documents/${documentId}/`))).length

const download = async (fixture: Fixture, documentId: string) =>
  new Response((await fixture.client.downloadDocument(documentId)).body).arrayBuffer()

async function oneFile(fixture: Fixture, phone: Phone): Promise<void> {
  const { documentId, hash } = await upload(fixture, phone)
  const signature = await signatureOf(phone, hash)
  const answers = await atOnce(fixture, 20, (client) => client.signDocument(documentId, { signature }))
  assert.deepEqual(
    answers.filter((answer) => answer instanceof SignerApiError).map(({ code }) => code),
    Array.from({ length: 19 }, () => 'ILLEGAL_OPERATION_ERROR'),
  )
  assert.equal(await blobsOf(fixture, documentId), 2)
  assert.ok((await download(fixture, documentId)).byteLength > contract.length)
}

async function oneSignature(fixture: Fixture, phone: Phone): Promise<void> {
  const { documentId, hash } = await upload(fixture, phone)
  const signatures = await Promise.all(Array.from({ length: 20 }, () => signatureOf(phone, hash)))
  const answers = await atOnce(fixture, 20, (client, index) =>
    client.signDocument(documentId, { signature: signatures[index] ?? '' }),
  )
  const refusals = answers.filter((answer) => answer instanceof SignerApiError)
  assert.deepEqual(
    refusals.map((refusal) => refusal.code),
    Array.from({ length: 19 }, () => 'ILLEGAL_OPERATION_ERROR'),
  )
  assert.equal(await blobsOf(fixture, documentId), 2)
}

async function races(fixture: Fixture, phone: Phone): Promise<void> {
  for (let round = 0; round < 10; round++) {
    const { documentId, hash } = await upload(fixture, phone)
    const signature = await signatureOf(phone, hash)
    const [signed, rejected] = await atOnce<unknown>(fixture, 2, (client, index) =>
      (index + round) % 2 === 0 ? client.signDocument(documentId, { signature }) : client.rejectDocument(documentId),
    ).then((answers) => (round % 2 === 0 ? answers : answers.toReversed()))
    const [wasSigned, wasRejected] = [signed, rejected].map((answer) => !(answer instanceof SignerApiError))
    assert.equal(wasSigned, !wasRejected, 'one of the two happened')
    if (wasSigned) assert.ok((await download(fixture, documentId)).byteLength > contract.length)
    else await refused(fixture.client.downloadDocument(documentId), 'ILLEGAL_OPERATION_ERROR', 400, /REJECTED/)

    const other = await upload(fixture, phone)
    const otherSignature = await signatureOf(phone, other.hash)
    await atOnce<unknown>(fixture, 2, (client, index) =>
      index === 0
        ? client.signDocument(other.documentId, { signature: otherSignature })
        : client.deleteDocument(other.documentId),
    )
    await refused(fixture.client.downloadDocument(other.documentId), 'ERROR_RESOURCE_NOT_FOUND', 400, /document/)
    assert.equal(await blobsOf(fixture, other.documentId), 0, 'a deleted document leaves no blob')
  }
}

async function blocking(fixture: Fixture): Promise<void> {
  const phone = await fixture.newSigner()
  const documents = await Promise.all(Array.from({ length: 10 }, () => upload(fixture, phone)))
  const signatures = await Promise.all(documents.map(({ hash }) => signatureOf(phone, hash)))
  const answers = await atOnce<unknown>(fixture, 11, (client, index) => {
    const document = documents[index]
    return document === undefined
      ? client.setSignerStatus(phone.activationId, { signerStatus: 'BLOCKED' })
      : client.signDocument(document.documentId, { signature: signatures[index] ?? '' })
  })
  for (const [index, { documentId }] of documents.entries()) {
    const signed = !(answers[index] instanceof SignerApiError)
    assert.equal(await blobsOf(fixture, documentId), signed ? 2 : 1)
    if (!signed) {
      await refused(fixture.client.downloadDocument(documentId), 'ILLEGAL_OPERATION_ERROR', 400, /WAITING/)
    }
  }
}

async function enrolments(fixture: Fixture): Promise<void> {
  const phone = await fixture.newPhone()
  const request = { signerId: phone.activationId, userId: phone.userId, csr: await csrOf(phone.key) }
  const answers = await atOnce(fixture, 10, (client) => client.createSigner(request))
  assert.ok(answers.every((answer) => answer === undefined))
  const before = fixture.outside.revoked.size
  await fixture.client.setSignerStatus(phone.activationId, { signerStatus: 'REVOKED' })
  assert.equal(fixture.outside.revoked.size, before + 10)
}
