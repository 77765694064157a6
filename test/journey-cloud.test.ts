/** The whole chain of Cloud mode through the real doors: the key is the signer's, and nothing but the phone releases it. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { bytesEqual, parseCertificate } from '@cloudsigner/pki'
import { generateKeySigner } from '@cloudsigner/pki/node'
import { possessionWithPassword } from '@cloudsigner/powerauth-sdk'
import { type KnownCertificates, memoryCertificates } from '../apps/cli/src/device/own-certificate.ts'
import { Phone } from '../apps/cli/src/device/phone.ts'
import {
  activatedCustomer,
  assertPassed,
  bytesOf,
  type Customer,
  fromBase64,
  pin,
  refused,
  validate,
} from './customers.ts'
import { openStack, type Stack } from './stack.ts'

const contract = new Uint8Array(await readFile(new URL('../examples/consumer-loan.pdf', import.meta.url)))
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

interface CloudCustomer extends Customer {
  readonly certificates: KnownCertificates
}

let stack: Stack
let alice: CloudCustomer
before(async () => {
  stack = await openStack()
  alice = await cloudCustomer('alice')
})
after(() => stack.close())

/** A customer whose phone is enrolled in Cloud mode. */
async function cloudCustomer(userId: string): Promise<CloudCustomer> {
  const customer = await activatedCustomer(stack, userId)
  const certificates = memoryCertificates()
  const phone = await open({ ...customer, certificates })
  await phone.enrol(stack.orchestratorUrl, { mode: 'CLOUD' })
  return { ...customer, certificates, phone }
}

/** The same phone, its app started again. */
async function open({ storage, certificates }: Omit<CloudCustomer, 'phone'>, knownPin = pin): Promise<Phone> {
  const { mobileSdkConfig, enrollmentServerUrl } = await stack.bank.getMobileApplication()
  return Phone.open({ mobileSdkConfig, url: enrollmentServerUrl, pin: knownPin, storage, certificates })
}

async function handIn({ userId, activationId }: Customer, name = 'Úvěr *1*'): Promise<string> {
  const upload = { name, fileName: 'consumer-loan.pdf', file: contract, activationId }
  return (await stack.bank.createDocument(userId, upload)).documentId
}

async function signedFile({ userId }: Customer, documentId: string): Promise<Uint8Array> {
  return bytesOf((await stack.bank.downloadDocument(userId, documentId)).body)
}

test('handed in by the bank, shown and approved on the phone, signed by the signer, valid for anybody', async () => {
  const documentId = await handIn(alice)
  const reviewed = await alice.phone.review(stack.orchestratorUrl, documentId)
  assert.equal(reviewed.mode, 'CLOUD')
  assert.deepEqual(reviewed.file.subarray(0, contract.length), contract)
  const waiting = (await alice.phone.mobileToken('en').list()).operations.find(({ id }) => id === reviewed.operationId)
  assert.match(waiting?.form.message ?? '', /Úvěr \*1\*/)
  assert.match(waiting?.data ?? '', new RegExp(createHash('sha256').update(contract).digest('hex')))

  assert.equal((await alice.phone.signDocument(stack.orchestratorUrl, reviewed)).status, 'SIGNED')
  const file = await signedFile(alice, documentId)
  assert.deepEqual(file.subarray(0, contract.length), contract)
  const report = await validate(stack, file)
  assertPassed(report)
  assert.match(report.signatures[0]?.signer ?? '', /PNOCZ-8001011234/)
  await refused(alice.phone.signDocument(stack.orchestratorUrl, reviewed), 'STATE_FORBIDS')
  assert.deepEqual(await signedFile(alice, documentId), file)
})

test("the certificate is for a key that is not the phone's", async () => {
  const { certificate, mode } = await alice.phone.bank(stack.orchestratorUrl).getSigner()
  assert.equal(mode, 'CLOUD')
  assert.deepEqual(await alice.certificates.list(), [fromBase64(certificate)])
  const csr = await alice.phone.csr('CN=x')
  const { subjectPublicKeyInfo } = parseCertificate(fromBase64(certificate))
  assert.ok(!Buffer.from(csr.replaceAll(/-----.*-----|\s/g, ''), 'base64').includes(subjectPublicKeyInfo))
})

test('a key of another kind: the phone finds the digest that goes with it', async () => {
  const customer = await cloudCustomer('dave')
  await customer.phone.enrol(stack.orchestratorUrl, { mode: 'CLOUD', keyAlgorithm: 'EC_P384' })
  const documentId = await handIn(customer)
  const reviewed = await customer.phone.review(stack.orchestratorUrl, documentId)
  assert.equal(reviewed.rebuilt.digestAlgorithm, 'SHA-384')
  await customer.phone.signDocument(stack.orchestratorUrl, reviewed)
  assertPassed(await validate(stack, await signedFile(customer, documentId)))
})

test('a phone that dies between its approval and its signature goes on where it was', async () => {
  const customer = await cloudCustomer('bob')
  const documentId = await handIn(customer)
  const reviewed = await customer.phone.review(stack.orchestratorUrl, documentId)
  const operation = (await customer.phone.operationOf(reviewed)) ?? assert.fail('no operation')
  await customer.phone.mobileToken().authorize(operation, possessionWithPassword(pin))

  const again = await open(customer)
  const once = await again.review(stack.orchestratorUrl, documentId)
  assert.equal((await again.operationOf(once))?.status, 'APPROVED')
  assert.equal((await again.signDocument(stack.orchestratorUrl, once)).status, 'SIGNED')
})

test('a wrong PIN approves nothing, and is counted', async () => {
  const customer = await cloudCustomer('erin')
  const documentId = await handIn(customer)
  const thief = await open(customer, '9999')
  const reviewed = await thief.review(stack.orchestratorUrl, documentId)
  await assert.rejects(thief.signDocument(stack.orchestratorUrl, reviewed), { code: 'authentication_failed' })
  const { failedAttempts } = await stack.powerAuth.getActivationStatus({ activationId: customer.activationId })
  assert.equal(failedAttempts, 1)
  assert.equal((await stack.bank.getDocument('erin', documentId)).status, 'WAITING')
})

test('an operation that PowerAuth calls approved, and a signature of anybody else, release nothing', async () => {
  const documentId = await handIn(alice)
  const { approval } = await alice.phone.bank(stack.orchestratorUrl).getDocument(documentId)
  const { operationId, toBeSigned } = approval ?? assert.fail('no approval')
  const { data } = await stack.powerAuth.operationDetail({ operationId })
  const { applicationId } = await stack.bank.getMobileApplication()
  const additionalData = { activationId: alice.activationId }
  const approve = { operationId, userId: 'alice', applicationId, data, additionalData }
  const { result } = await stack.powerAuth.approveOperation({ ...approve, signatureType: 'POSSESSION_KNOWLEDGE' })
  assert.equal(result, 'APPROVED')
  const { signer } = await generateKeySigner('P-256')
  const forged = base64(await signer.sign(fromBase64(toBeSigned)))
  const send = (signature: string) =>
    alice.phone.bank(stack.orchestratorUrl).signDocument(documentId, signature, operationId)
  await refused(send(forged), 'SIGNATURE_REFUSED')
  await refused(send('AAAA'), 'SIGNATURE_REFUSED')
  assert.equal((await stack.bank.getDocument('alice', documentId)).status, 'WAITING')
})

test('an operation is for one document', async () => {
  const [one, two] = [await handIn(alice), await handIn(alice)]
  const reviewed = await alice.phone.review(stack.orchestratorUrl, one)
  const other = await alice.phone.review(stack.orchestratorUrl, two)
  assert.ok(!bytesEqual(reviewed.toBeSigned, other.toBeSigned))
  const crossed = { ...reviewed, document: other.document }
  await refused(alice.phone.signDocument(stack.orchestratorUrl, crossed), 'STATE_FORBIDS')
  await alice.phone.signDocument(stack.orchestratorUrl, reviewed)
  assert.equal((await stack.bank.getDocument('alice', two)).status, 'WAITING')
})

test('rejected: the document, and the operation with it; refused at the operation: the document too', async () => {
  const first = await handIn(alice)
  const app = alice.phone.bank(stack.orchestratorUrl)
  const operationOf = async (documentId: string) =>
    (await app.getDocument(documentId)).approval?.operationId ?? assert.fail('no operation')
  const operationId = await operationOf(first)
  assert.equal((await app.rejectDocument(first)).status, 'REJECTED')
  assert.equal((await stack.powerAuth.operationDetail({ operationId })).status, 'CANCELED')

  const second = await handIn(alice)
  await alice.phone.mobileToken().reject({ id: await operationOf(second) }, 'INCORRECT_DATA')
  assert.equal((await stack.bank.getDocument('alice', second)).status, 'REJECTED')
})

test('what waits for another phone is not for this one', async () => {
  const other = await activatedCustomer(stack, 'alice')
  await other.phone.enrol(stack.orchestratorUrl)
  const documentId = await handIn(alice)
  await assert.rejects(other.phone.review(stack.orchestratorUrl, documentId), { code: 'other_device' })
})

test('a phone may enrol again, and change its mode; what waits is signed as it was uploaded', async () => {
  const customer = await cloudCustomer('frank')
  const first = await handIn(customer)
  await customer.phone.enrol(stack.orchestratorUrl, { mode: 'CLOUD' })
  const second = await handIn(customer)
  assert.equal((await customer.phone.enrol(stack.orchestratorUrl)).mode, 'EXTERNAL')
  const third = await handIn(customer)
  for (const [documentId, mode] of [
    [third, 'EXTERNAL'],
    [first, 'CLOUD'],
    [second, 'CLOUD'],
  ] as const) {
    const reviewed = await customer.phone.review(stack.orchestratorUrl, documentId)
    assert.equal(reviewed.mode, mode)
    await customer.phone.signDocument(stack.orchestratorUrl, reviewed)
    assertPassed(await validate(stack, await signedFile(customer, documentId)))
  }
})

test('the log of all that holds no approval, no signature and no PIN', () => {
  const log = stack.log()
  for (const secret of ['toBeSigned', '"9999"', '"1234"']) assert.ok(!log.includes(secret), secret)
})
