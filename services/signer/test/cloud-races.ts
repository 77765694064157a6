/** Races of Cloud mode between two replicas, on a database where rivals meet. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { SignerApiError } from '@cloudsigner/clients/signer'
import { resumeSignings } from '../src/jobs/resume-signings.ts'
import {
  approvalHashOf,
  approvedOperation,
  contextOf,
  download,
  enrolmentOf,
  newCloudSigner,
  type Release,
  releaseOf,
  rowsOf,
  signed,
  upload,
} from './cloud.ts'
import type { Fixture, Phone } from './fixture.ts'

export async function cloudRaces(t: TestContext, fixture: Fixture): Promise<void> {
  const phone = await newCloudSigner(fixture)
  await t.test('the same release, twenty times at once: one signature, twenty equal answers', () =>
    sameRelease(fixture, phone),
  )
  await t.test('twenty good releases of one document at once: one is taken, whole', () => rivals(fixture, phone))
  await t.test('one operation for two approvals at once releases one', () => oneOperation(fixture, phone))
  await t.test('one challenge at both replicas enrols once', () => oneChallenge(fixture))
  await t.test('a signer removed while it signs: SIGNED or refused, and no key is left', () => removed(fixture))
  await t.test('release and rejection at once: what was answered is what is', () => rejection(fixture, phone))
}

/** Calls spread over the replicas; what each answered, or was refused with. */
function atOnce<Answer>(
  { clients }: Fixture,
  count: number,
  call: (client: Fixture['client'], index: number) => Promise<Answer>,
): Promise<readonly (Answer | SignerApiError)[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const client = clients[index % clients.length]
      assert.ok(client)
      return call(client, index).catch((error: unknown) => {
        assert.ok(error instanceof SignerApiError, String(error))
        return error
      })
    }),
  )
}

const refusalsOf = (answers: readonly unknown[]) => answers.filter((answer) => answer instanceof SignerApiError)

const blobsOf = async (fixture: Fixture, documentId: string) =>
  (await Array.fromAsync(fixture.environment.blobs.list(`documents/${documentId}/`))).length

/** How often a key made a signature of the document that was kept. */
const signaturesOf = (fixture: Fixture, documentId: string) =>
  fixture.environment.logger.lines.filter(
    (line) => line.msg === 'document signed by approval' && line.documentId === documentId,
  ).length

async function sameRelease(fixture: Fixture, phone: Phone): Promise<void> {
  const document = await upload(fixture, phone)
  const approval = await releaseOf(fixture, phone, document)
  const before = await strayBlobs(fixture)
  const answers = await atOnce(fixture, 20, (client) => client.signDocument(document.documentId, { approval }))
  assert.deepEqual(refusalsOf(answers), [])
  for (const answer of answers) assert.equal('documentId' in answer && answer.documentId, document.documentId)
  assert.equal(signaturesOf(fixture, document.documentId), 1)
  assert.equal(await blobsOf(fixture, document.documentId), 2)
  assert.equal(await strayBlobs(fixture), before, 'no second revision was even begun')
  assert.equal(await resumeSignings(contextOf(fixture)), 0)
}

const strayBlobs = async (fixture: Fixture) =>
  (await rowsOf(fixture).selectFrom('stray_blob').select('name').execute()).length

async function rivals(fixture: Fixture, phone: Phone): Promise<void> {
  const document = await upload(fixture, phone)
  const releases = await Promise.all(Array.from({ length: 20 }, () => releaseOf(fixture, phone, document)))
  const answers = await atOnce(fixture, 20, (client, index) =>
    client.signDocument(document.documentId, { approval: releases[index] as Release }),
  )
  assert.deepEqual(
    refusalsOf(answers).map(({ code }) => code),
    Array.from({ length: 19 }, () => 'ILLEGAL_OPERATION_ERROR'),
  )
  assert.equal(signaturesOf(fixture, document.documentId), 1)
  assert.equal(await blobsOf(fixture, document.documentId), 2)
}

async function oneOperation(fixture: Fixture, phone: Phone): Promise<void> {
  const documents = [await upload(fixture, phone), await upload(fixture, phone)]
  const operationId = crypto.randomUUID()
  const hashes = documents.map(({ approval }) => approvalHashOf(approval?.toBeSigned ?? ''))
  const releases = await Promise.all(
    documents.map(async ({ approval }) => ({
      approvalId: approval?.approvalId ?? '',
      operationId,
      signature: await signed(phone.key, approval?.toBeSigned ?? ''),
    })),
  )
  // PowerAuth says to each who asks what he wants to hear.
  const { operations } = fixture.outside
  const [one, other] = hashes.map((hash) => operations.get(approvedOperation(fixture, phone, hash)))
  let asked = 0
  const get = operations.get.bind(operations)
  operations.get = (id) => (id === operationId ? (asked++ % 2 === 0 ? one : other) : get(id))
  for (let round = 0; round < 10 && (await signedOf(fixture, documents)) === 0; round++) {
    await atOnce(fixture, 2, (client, index) =>
      client.signDocument(documents[index]?.documentId ?? '', { approval: releases[index] as Release }),
    )
  }
  operations.get = get
  assert.equal(await signedOf(fixture, documents), 1)
}

async function signedOf(fixture: Fixture, documents: readonly { readonly documentId: string }[]): Promise<number> {
  const found = await Promise.allSettled(documents.map(({ documentId }) => download(fixture, documentId)))
  return found.filter(({ status }) => status === 'fulfilled').length
}

async function oneChallenge(fixture: Fixture): Promise<void> {
  const request = await enrolmentOf(fixture, await fixture.newPhone())
  const answers = await atOnce(fixture, 10, (client) => client.createCloudSigner(request))
  assert.equal(refusalsOf(answers).length, 9)
}

async function removed(fixture: Fixture): Promise<void> {
  const phone = await newCloudSigner(fixture)
  const documents = await Promise.all(Array.from({ length: 10 }, () => upload(fixture, phone)))
  const releases = await Promise.all(documents.map((document) => releaseOf(fixture, phone, document)))
  const answers = await atOnce<unknown>(fixture, 11, (client, index) => {
    const document = documents[index]
    return document === undefined
      ? client.setSignerStatus(phone.activationId, { signerStatus: 'REMOVED' })
      : client.signDocument(document.documentId, { approval: releases[index] as Release })
  })
  for (const [index, { documentId }] of documents.entries()) {
    const isSigned = !(answers[index] instanceof SignerApiError)
    assert.equal(await blobsOf(fixture, documentId), isSigned ? 2 : 1)
  }
  const keys = await rowsOf(fixture)
    .selectFrom('credential')
    .select('sealed_private_key')
    .where('signer_id', '=', phone.activationId)
    .execute()
  assert.deepEqual(keys, [{ sealed_private_key: null }])
}

async function rejection(fixture: Fixture, phone: Phone): Promise<void> {
  for (let round = 0; round < 10; round++) {
    const document = await upload(fixture, phone)
    const approval = await releaseOf(fixture, phone, document)
    const answers = await atOnce<unknown>(fixture, 2, (client, index) =>
      index === round % 2
        ? client.rejectDocument(document.documentId)
        : client.signDocument(document.documentId, { approval }),
    )
    assert.equal(refusalsOf(answers).length, 1, 'one of the two happened')
    const wasRejected = !(answers[round % 2] instanceof SignerApiError)
    assert.equal(await blobsOf(fixture, document.documentId), wasRejected ? 1 : 2)
  }
}
