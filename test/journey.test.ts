/** The whole chain, every step real: bank, phone, PowerAuth, signer, CA, and a validator at the end. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import {
  assembleCertificationRequest,
  buildCertificationRequestInfo,
  type Certificate,
  derToPem,
  nameFromString,
  parseCertificate,
  parseSignedData,
} from '@cloudsigner/pki'
import { generateKeySigner } from '@cloudsigner/pki/node'
import { PowerAuthError } from '@cloudsigner/powerauth-sdk'
import {
  activatedCustomer,
  assertPassed,
  bytesOf,
  type Customer,
  enrolledCustomer,
  fromBase64,
  openPhone,
  pin,
  refused,
  signatureOf,
  signed,
  upload,
  validate,
} from './customers.ts'
import { openStack, type Stack } from './stack.ts'

const examples = new URL('../examples/', import.meta.url)
const example = async (name: string) => new Uint8Array(await readFile(new URL(name, examples)))
const contract = await example('consumer-loan.pdf')

let stack: Stack
let alice: Customer
before(async () => {
  stack = await openStack()
  alice = await enrolledCustomer(stack, 'alice')
})
after(() => stack.close())

for (const name of (await readdir(examples)).filter((each) => each.endsWith('.pdf'))) {
  test(`${name}: handed in by the bank, signed on the phone, valid for anybody`, async () => {
    const file = await example(name)
    const handed = await stack.bank.createDocument('alice', { name, fileName: name, file })
    const app = alice.phone.bank(stack.orchestratorUrl)
    assert.deepEqual(await bytesOf((await app.downloadDocument(handed.documentId)).body), file)
    const { hash } = await app.getDocument(handed.documentId)
    const signature = await signatureOf(alice.phone, hash)
    assert.equal((await app.signDocument(handed.documentId, signature)).status, 'SIGNED')
    const { body } = await stack.bank.downloadDocument('alice', handed.documentId)
    const result = await bytesOf(body)
    assert.deepEqual(result.subarray(0, file.length), file)
    const report = await validate(stack, result)
    assertPassed(report)
    assert.match(report.signatures[0]?.signer ?? '', /PNOCZ-8001011234/)

    const changed = result.slice()
    changed[file.length >> 1] = (changed[file.length >> 1] ?? 0) ^ 1
    assert.notEqual((await validate(stack, changed)).signatures[0]?.indication, 'TOTAL_PASSED')
  })
}

test('the certificate names the person as the bank does, and the file holds it with its chain but the root', async () => {
  const { own, others } = await certificatesOf(alice)
  assert.equal(own.subject.rfc4514, 'serialNumber=PNOCZ-8001011234,CN=Alice Nováková,SN=Nováková,givenName=Alice,C=CZ')
  assert.deepEqual(
    others.map((certificate) => certificate.subject.rfc4514),
    [own.issuer.rfc4514],
  )
})

/** The certificates in a file that the phone signs: its own, and those of CAs. CMS keeps them as a SET, in no order. */
async function certificatesOf(customer: Customer): Promise<{ own: Certificate; others: readonly Certificate[] }> {
  const file = Buffer.from(await signed(stack, customer, contract))
  const hex = /\/Contents\s*<([0-9a-f]+)>/i.exec(file.subarray(contract.length).toString('latin1'))?.[1] ?? ''
  const { certificates } = parseSignedData(new Uint8Array(Buffer.from(hex, 'hex')))
  const parsed = certificates.map((der) => parseCertificate(der))
  const isCa = (certificate: Certificate) => certificate.extensions.basicConstraints?.ca === true
  const own = parsed.find((certificate) => !isCa(certificate)) ?? assert.fail('the CMS has no certificate of a person')
  return { own, others: parsed.filter(isCa) }
}

test("a CSR for another key is refused, whoever signs it, and the bank's subject is needed", async () => {
  const { phone, activationId } = await activatedCustomer(stack, 'bob')
  const { signer: other } = await generateKeySigner('P-256')
  const { signer: stranger } = await generateKeySigner('P-256')
  const info = buildCertificationRequestInfo({
    subject: nameFromString('CN=Bob'),
    subjectPublicKeyInfo: other.subjectPublicKeyInfo,
  })
  const request = (signature: Uint8Array) =>
    derToPem(assembleCertificationRequest(info, signature), 'CERTIFICATE REQUEST')
  const enrol = (csr: string) => stack.signer.createSigner({ signerId: activationId, userId: 'bob', csr })

  await refused(enrol(request(await other.sign(info))), 'CSR_INVALID_SIGNATURE_ERROR', /device key/)
  await refused(enrol(request(await stranger.sign(info))), 'CSR_INVALID_SIGNATURE_ERROR', /in the CSR/)
  const otherName = await phone.csr('CN=Somebody Else,C=CZ')
  await refused(phone.bank(stack.orchestratorUrl).enrol(otherName), 'SUBJECT_MISMATCH')
  await refused(stack.signer.getSigner(activationId), 'ERROR_RESOURCE_NOT_FOUND')
  // The same phone, an honest CSR.
  await phone.enrol(stack.orchestratorUrl)
  assert.equal((await stack.bank.getActivation('bob', activationId)).signerStatus, 'ACTIVE')
})

test("another phone's CSR does not enrol under this activation", async () => {
  const { activationId } = await activatedCustomer(stack, 'carol')
  const csr = await alice.phone.csr('CN=Carol')
  const call = stack.signer.createSigner({ signerId: activationId, userId: 'carol', csr })
  await refused(call, 'CSR_INVALID_SIGNATURE_ERROR', /device key/)
})

test('an activation that PowerAuth has blocked or removed does not enrol', async () => {
  const { phone, activationId } = await activatedCustomer(stack, 'dave')
  const csr = await phone.csr('CN=Dave')
  const enrol = () => stack.signer.createSigner({ signerId: activationId, userId: 'dave', csr })
  await stack.powerAuth.blockActivation({ activationId })
  await refused(enrol(), 'ILLEGAL_OPERATION_ERROR', /BLOCKED/)
  await stack.powerAuth.removeActivation({ activationId })
  await refused(enrol(), 'ILLEGAL_OPERATION_ERROR', /REMOVED/)
})

test('a wrong PIN counts and blocks; a blocked phone signs nothing and sees nothing', async () => {
  const { activationId, storage } = await enrolledCustomer(stack, 'erin')
  const { documentId, hash } = await upload(stack, activationId, contract)
  const refusedByPowerAuth = (call: Promise<unknown>) =>
    assert.rejects(call, (error) => error instanceof PowerAuthError)
  for (let failed = 1; failed <= 5; failed++) {
    const thief = await openPhone(stack, storage, '9999')
    await refusedByPowerAuth(thief.sign(fromBase64(hash)))
    const status = await stack.powerAuth.getActivationStatus({ activationId })
    assert.deepEqual([status.failedAttempts, status.activationStatus], [failed, failed < 5 ? 'ACTIVE' : 'BLOCKED'])
  }
  const phone = await openPhone(stack, storage, pin)
  await refusedByPowerAuth(phone.sign(fromBase64(hash)))
  await refused(phone.bank(stack.orchestratorUrl).listDocuments(), 'UNAUTHORIZED')
  await stack.powerAuth.unblockActivation({ activationId })
  await stack.signer.signDocument(documentId, { signature: await signatureOf(phone, hash) })
})

test('between upload and signature: blocked, revoked at the CA, and revoked for good are refused', async () => {
  const customer = await enrolledCustomer(stack, 'frank')
  const { activationId, phone } = customer
  const { documentId, hash } = await upload(stack, activationId, contract)
  const signature = await signatureOf(phone, hash)
  const sign = () => stack.signer.signDocument(documentId, { signature })

  await stack.signer.setSignerStatus(activationId, { signerStatus: 'BLOCKED' })
  await refused(sign(), 'ILLEGAL_OPERATION_ERROR', /BLOCKED/)
  await stack.signer.setSignerStatus(activationId, { signerStatus: 'ACTIVE' })

  const { own } = await certificatesOf(customer)
  const [issuerDn, serialNumber] = [own.issuer.rfc4514, own.serialNumber]
  await stack.caClient.revoke(issuerDn, serialNumber, 'CERTIFICATE_HOLD')
  await refused(sign(), 'ILLEGAL_OPERATION_ERROR', /CERTIFICATE_HOLD/)
  await stack.caClient.revoke(issuerDn, serialNumber, 'REMOVE_FROM_CRL')
  await sign()

  const later = await upload(stack, activationId, contract)
  await stack.signer.setSignerStatus(activationId, { signerStatus: 'REVOKED', revocationReason: 'KEY_COMPROMISE' })
  assert.equal((await stack.caClient.revocationStatus(issuerDn, serialNumber)).revocation_reason, 'KEY_COMPROMISE')
  const late = stack.signer.signDocument(later.documentId, { signature: await signatureOf(phone, later.hash) })
  await refused(late, 'ILLEGAL_OPERATION_ERROR', /REVOKED/)
  // What was signed before the revocation says so: a reader without a time-stamp cannot tell when that was.
  const before = await bytesOf((await stack.signer.downloadDocument(documentId)).body)
  assert.notEqual((await validate(stack, before)).signatures[0]?.indication, 'TOTAL_PASSED')
})

test("a signature for one document is none for another, nor another phone's", async () => {
  const { activationId, phone } = await enrolledCustomer(stack, 'grace')
  const one = await upload(stack, activationId, contract)
  const two = await upload(stack, activationId, await example('current-account.pdf'))
  const sign = (documentId: string, signature: string) => stack.signer.signDocument(documentId, { signature })
  const signature = await signatureOf(phone, one.hash)
  await refused(sign(two.documentId, signature), 'DOCUMENT_INVALID_SIGNATURE_ERROR')
  await refused(sign(one.documentId, await signatureOf(alice.phone, one.hash)), 'DOCUMENT_INVALID_SIGNATURE_ERROR')
  await sign(one.documentId, signature)
})

test('the log of all that holds no secret', () => {
  const log = stack.log()
  for (const secret of ['a secret of the tests', 'another secret', 'a third one', stack.ca.clientKey, '"9999"']) {
    assert.ok(!log.includes(secret), secret)
  }
})
