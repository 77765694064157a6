/** The reference bank's API for phones, with the genuine PowerAuth client as the phone, in both modes. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { bank, bankCustomer, callBank, callBankWell, handInAtBank } from './bank-device.ts'
import { authorize } from './cloud-device.ts'
import { certificationRequest, type Device, privateApi, signAsymmetric, signBytes } from './device.ts'
import { member, text } from './http.ts'
import { succeeded } from './powerauth-client.ts'
import { strangerTest } from './stranger-test.ts'
import { repositoryRoot } from './tools.ts'

const client = ['java', 'powerauthClient'] as const
const contract = join(repositoryRoot, 'examples', 'current-account.pdf')
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

async function statusAtBank({ userId }: Device, documentId: string): Promise<string> {
  return text((await bank(`/users/${userId}/documents/${documentId}`)).body, 'status')
}

async function enrolInCloud(device: Device): Promise<void> {
  const challenge = await callBankWell(device, 'POST', '/app/signer/challenges', {})
  const { signature, publicKey } = await signAsymmetric(device, bytesOf(text(challenge, 'toBeSigned')))
  const proof = { devicePublicKey: publicKey, challengeId: text(challenge, 'challengeId'), signature }
  const enrolled = await callBankWell(device, 'POST', '/app/signer', { mode: 'CLOUD', ...proof })
  assert.equal(text(enrolled, 'mode'), 'CLOUD')
}

const operationOf = (operationId: string) => privateApi('/operation/detail', { operationId })

strangerTest('bank: a phone enrols by a CSR for its key, and signs what waits for it', client, async () => {
  const device = await bankCustomer()
  const named = await callBankWell(device, 'GET', '/app/subject')
  const csr = await certificationRequest(device, text(named, 'text'))
  await callBankWell(device, 'POST', '/app/signer', { csr })
  const documentId = await handInAtBank(device, contract)
  const path = `/app/documents/${documentId}`
  const hash = text(await callBankWell(device, 'GET', path), 'hash')
  const signature = await signBytes(device, bytesOf(hash))
  assert.equal((await callBank(device, 'POST', `${path}/signature`, { signature }, '9999')).status, 401, 'a wrong PIN')
  assert.equal(await statusAtBank(device, documentId), 'WAITING')
  await callBankWell(device, 'POST', `${path}/signature`, { signature })
  assert.equal(await statusAtBank(device, documentId), 'SIGNED')
})

strangerTest(
  'bank: a phone pins its key, approves an operation, and releases the key by an approval',
  client,
  async () => {
    const device = await bankCustomer()
    const challenge = await callBankWell(device, 'POST', '/app/signer/challenges', {})
    const { signature: proof, publicKey } = await signAsymmetric(device, bytesOf(text(challenge, 'toBeSigned')))
    const challengeId = text(challenge, 'challengeId')
    const enrolment = { mode: 'CLOUD', devicePublicKey: publicKey, challengeId, signature: proof }
    const enrolled = await callBankWell(device, 'POST', '/app/signer', enrolment)
    assert.equal(text(enrolled, 'mode'), 'CLOUD')

    const documentId = await handInAtBank(device, contract)
    const path = `/app/documents/${documentId}`
    const approval = member(await callBankWell(device, 'GET', path), 'approval')
    const operationId = text(approval, 'operationId')
    const signature = await signBytes(device, bytesOf(text(approval, 'toBeSigned')))
    const release = { signature, operationId }
    assert.equal((await callBank(device, 'POST', `${path}/signature`, release)).status, 409, 'not approved yet')
    const detail = await operationOf(operationId)
    assert.ok(succeeded(await authorize(device, { operationId, operationData: text(detail, 'data') })))
    await callBankWell(device, 'POST', `${path}/signature`, release)
    assert.equal(await statusAtBank(device, documentId), 'SIGNED')
    await callBankWell(device, 'POST', `${path}/signature`, release)
  },
)

strangerTest('bank: a phone says no, and its operation is cancelled', client, async () => {
  const device = await bankCustomer()
  await enrolInCloud(device)
  const documentId = await handInAtBank(device, contract)
  const path = `/app/documents/${documentId}`
  const approval = member(await callBankWell(device, 'GET', path), 'approval')
  await callBankWell(device, 'POST', `${path}/rejection`, {})
  assert.equal(await statusAtBank(device, documentId), 'REJECTED')
  assert.equal(text(await operationOf(text(approval, 'operationId')), 'status'), 'CANCELED')
})
