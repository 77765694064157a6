/** Cloud mode with every part real: which keys it signs with, and what the private APIs alone can do without the phone. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { CloudKeyAlgorithm } from '@cloudsigner/contracts/cloud-mode'
import { cloudSignatureTemplate } from '@cloudsigner/contracts/powerauth-private'
import { parseCertificate, readPublicKeyInfo, toHex } from '@cloudsigner/pki'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'
import {
  activatedCustomer,
  assertPassed,
  bytesOf,
  type Customer,
  fromBase64,
  refused,
  upload,
  validate,
} from './customers.ts'
import { openStack, type Stack } from './stack.ts'

const contract = new Uint8Array(await readFile(new URL('../examples/consumer-loan.pdf', import.meta.url)))
const toBase64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

let stack: Stack
let alice: Customer
before(async () => {
  stack = await openStack()
  alice = await activatedCustomer(stack, 'alice')
})
after(() => stack.close())

const algorithms: readonly (readonly [CloudKeyAlgorithm, object])[] = [
  ['EC_P384', { algorithm: 'EC', curve: 'P-384' }],
  ['RSA_3072', { algorithm: 'RSA', modulusBits: 3072 }],
  ['RSA_4096', { algorithm: 'RSA', modulusBits: 4096 }],
  ['EC_P256', { algorithm: 'EC', curve: 'P-256' }],
]
for (const [keyAlgorithm, key] of algorithms) {
  test(`${keyAlgorithm}: certified by the CA, approved on the phone, valid for anybody`, async () => {
    const { certificate } = await alice.phone.enrol(stack.orchestratorUrl, { mode: 'CLOUD', keyAlgorithm })
    const { subject, subjectPublicKeyInfo } = parseCertificate(fromBase64(certificate))
    assert.deepEqual(readPublicKeyInfo(subjectPublicKeyInfo), key)
    assert.match(subject.rfc4514, /CN=Alice Nováková/)
    const handed = await stack.bank.createDocument('alice', { name: 'Loan', fileName: 'loan.pdf', file: contract })
    const reviewed = await alice.phone.review(stack.orchestratorUrl, handed.documentId)
    await alice.phone.signDocument(stack.orchestratorUrl, reviewed)
    const { body } = await stack.bank.downloadDocument('alice', handed.documentId)
    assertPassed(await validate(stack, await bytesOf(body)))
  })
}

test('all the private APIs together, without the phone: an approved operation, and signatures by every key but hers', async () => {
  const { activationId } = alice
  const { documentId, approval } = await upload(stack, activationId, contract)
  const { approvalId, toBeSigned } = approval ?? assert.fail('not of Cloud mode')
  const applicationId = (await stack.powerAuth.getActivationStatus({ activationId })).applicationId ?? assert.fail()
  const operation = await stack.powerAuth.createOperation({
    userId: 'alice',
    activationId,
    applications: [applicationId],
    templateName: cloudSignatureTemplate.templateName,
    parameters: {
      approvalHash: toHex(nodeCrypto.digest('SHA-256', fromBase64(toBeSigned))).toLowerCase(),
      documentHash: '0'.repeat(64),
      documentName: 'Contract',
    },
  })
  const { result } = await stack.powerAuth.approveOperation({
    operationId: operation.id,
    userId: 'alice',
    applicationId,
    data: operation.data,
    signatureType: 'POSSESSION_KNOWLEDGE',
    additionalData: { activationId },
  })
  assert.equal(result, 'APPROVED')

  const { signer: stranger } = await generateKeySigner('P-256')
  const { signature: byServer } = await stack.powerAuth.signEcdsa({ activationId, data: toBeSigned })
  for (const signature of [byServer, toBase64(await stranger.sign(fromBase64(toBeSigned)))]) {
    const release = { approvalId, operationId: operation.id, signature }
    const call = stack.signer.signDocument(documentId, { approval: release })
    await refused(call, 'DOCUMENT_INVALID_SIGNATURE_ERROR', /pinned/)
  }
  // Nor does a key of theirs get pinned.
  const { challengeId, toBeSigned: binding } = await stack.signer.createChallenge({
    signerId: activationId,
    userId: 'alice',
  })
  const enrolment = stack.signer.createCloudSigner({
    signerId: activationId,
    userId: 'alice',
    mode: 'CLOUD',
    devicePublicKey: toBase64(stranger.subjectPublicKeyInfo),
    challengeId,
    signature: toBase64(await stranger.sign(fromBase64(binding))),
  })
  await refused(enrolment, 'ILLEGAL_OPERATION_ERROR', /another device key/)
  await refused(
    stack.signer.downloadDocument(documentId).then(() => undefined),
    'ILLEGAL_OPERATION_ERROR',
    /WAITING/,
  )
})
