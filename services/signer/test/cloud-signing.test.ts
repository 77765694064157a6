import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { CloudKeyAlgorithm } from '@cloudsigner/contracts/cloud-mode'
import { bytesSource, validateSignatures } from '@cloudsigner/pades'
import { parseCertificate, readApproval, readPublicKeyInfo } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { bytesOf, download, enrolmentOf, file, newCloudSigner, releaseOf, upload } from './cloud.ts'
import { csrOf, type Fixture, openFixture, type Phone } from './fixture.ts'
import { refused } from './refused.ts'

let fixture: Fixture
let phone: Phone
before(async () => {
  fixture = await openFixture()
  phone = await newCloudSigner(fixture)
})
after(() => fixture.close())

async function reportOf(documentId: string) {
  const { signatures } = await validateSignatures(bytesSource(await download(fixture, documentId)), {
    trustAnchors: [fixture.outside.issued[0]?.chain.at(-1) ?? new Uint8Array()],
    at: fixture.clock.now(),
    revocation: 'off',
    crypto: nodeCrypto,
  })
  return signatures[0]
}

test('a document is signed with the key that is kept here, released by the phone', async () => {
  const document = await upload(fixture, phone)
  const approval = await releaseOf(fixture, phone, document)
  const answer = await fixture.client.signDocument(document.documentId, { approval })
  assert.deepEqual(answer, {
    documentId: document.documentId,
    uri: `${fixture.url}/documents/${document.documentId}`,
  })
  const report = await reportOf(document.documentId)
  assert.deepEqual([report?.intact, report?.level], [true, 'B-B'])
  // A repeated identical call gives the same answer.
  assert.deepEqual(await fixture.client.signDocument(document.documentId, { approval }), answer)
})

test('the approval names signer, certificate, algorithms and document, and says until when', async () => {
  const document = await upload(fixture, phone)
  assert.ok(document.approval)
  const approval = readApproval(bytesOf(document.approval.toBeSigned))
  assert.equal(approval.signerId, phone.activationId)
  assert.deepEqual(approval.documents, [
    { documentId: document.documentId, dtbsr: nodeCrypto.digest('SHA-256', bytesOf(document.hash)) },
  ])
  assert.deepEqual(approval.credential, nodeCrypto.digest('SHA-256', fixture.outside.issued[0]?.certificate ?? file))
  assert.equal(approval.notAfter.toISOString(), document.approval.expiresAt)
})

const algorithms: readonly (readonly [CloudKeyAlgorithm, object])[] = [
  ['EC_P384', { algorithm: 'EC', curve: 'P-384' }],
  ['RSA_3072', { algorithm: 'RSA', modulusBits: 3072 }],
  ['RSA_4096', { algorithm: 'RSA', modulusBits: 4096 }],
]
for (const [keyAlgorithm, key] of algorithms) {
  test(`${keyAlgorithm}: the key pair is of that kind, and signs at both levels`, async () => {
    const by = await fixture.newPhone()
    const { certificate } = await fixture.client.createCloudSigner(await enrolmentOf(fixture, by, keyAlgorithm))
    assert.deepEqual(readPublicKeyInfo(parseCertificate(bytesOf(certificate)).subjectPublicKeyInfo), key)
    for (const signatureLevel of ['PADES_B_B', 'PADES_B_T'] as const) {
      const document = await upload(fixture, by)
      const approval = await releaseOf(fixture, by, document)
      await fixture.client.signDocument(document.documentId, { approval, signatureLevel })
      const report = await reportOf(document.documentId)
      assert.deepEqual([report?.intact, report?.level], [true, signatureLevel === 'PADES_B_B' ? 'B-B' : 'B-T'])
    }
  })
}

test('a visible signature is drawn in Cloud mode too', async () => {
  const document = await fixture.client.uploadDocument({
    signerId: phone.activationId,
    externalId: 'c-1',
    name: 'Contract',
    fileName: 'contract.pdf',
    file,
    visualSignature: {
      fieldParameters: { page: 1, originX: 10, originY: 10, width: 120, height: 30 },
      textParameters: { text: 'Signed by Jan Novák' },
    },
  })
  await fixture.client.signDocument(document.documentId, { approval: await releaseOf(fixture, phone, document) })
  assert.equal((await reportOf(document.documentId))?.intact, true)
})

test('ML_DSA_65 is refused, and says why', async () => {
  const by = await fixture.newPhone()
  const call = fixture.client.createCloudSigner(await enrolmentOf(fixture, by, 'ML_DSA_65'))
  await refused(call, 'REQUEST_VALIDATION_ERROR', 400, /ML_DSA_65 is not offered yet/)
})

test("a device's signature does not complete a document of Cloud mode, nor an approval one of External mode", async () => {
  const document = await upload(fixture, phone)
  const signature = Buffer.from(await phone.key.sign(bytesOf(document.hash))).toString('base64')
  await refused(
    fixture.client.signDocument(document.documentId, { signature }),
    'ILLEGAL_OPERATION_ERROR',
    400,
    /of Cloud mode/,
  )
  const external = await fixture.newSigner()
  const other = await upload(fixture, external)
  assert.equal(other.approval, undefined)
  const approval = await releaseOf(fixture, phone, document)
  await refused(
    fixture.client.signDocument(other.documentId, { approval }),
    'ILLEGAL_OPERATION_ERROR',
    400,
    /of External mode/,
  )
  const both = { signature, approval }
  await refused(
    fixture.client.signDocument(document.documentId, both),
    'REQUEST_VALIDATION_ERROR',
    400,
    /exactly one schema in oneOf/,
  )
})

test('a signer may change its mode, with the device key that it has: documents keep the mode they were uploaded in', async () => {
  const by = await fixture.newSigner()
  const external = await upload(fixture, by)
  await fixture.client.createCloudSigner(await enrolmentOf(fixture, by))
  const cloud = await upload(fixture, by)
  await fixture.client.createSigner({ signerId: by.activationId, userId: by.userId, csr: await csrOf(by.key) })
  assert.equal((await upload(fixture, by)).approval, undefined)
  const signature = Buffer.from(await by.key.sign(bytesOf(external.hash))).toString('base64')
  await fixture.client.signDocument(external.documentId, { signature })
  await fixture.client.signDocument(cloud.documentId, { approval: await releaseOf(fixture, by, cloud) })
  assert.equal((await reportOf(cloud.documentId))?.intact, true)
})
