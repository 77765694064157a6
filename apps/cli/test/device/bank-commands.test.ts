/** The commands of a phone at its bank, in Cloud mode: what the person types, and what is told to them. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type BankClient, createBankClient } from '@cloudsigner/clients/orchestrator'
import { encryptedFileStorage } from '@cloudsigner/powerauth-sdk/node'
import { type RunningStack, startStack } from '../../src/demo/running-stack.ts'
import { device } from './device-runner.ts'

const pdf = await readFile(join(import.meta.dirname, '../../../../examples/current-account.pdf'))
let folder: string
let stack: RunningStack
let bank: BankClient
let phone: readonly string[]

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloudsigner-bank-commands-'))
  stack = await startStack(folder)
  const { url, basic } = stack.addresses.orchestrator
  const authorization = `Basic ${Buffer.from(`${basic.user}:${basic.password}`).toString('base64')}`
  bank = createBankClient({ baseUrl: url, authorization: () => authorization })
  const identity = { type: 'IDC', value: '998877665' } as const
  await bank.createUser({ userId: 'alice', givenName: 'Alice', surname: 'Novak', country: 'CZ', identity })
  const { mobileSdkConfig, enrollmentServerUrl } = await bank.getMobileApplication()
  const { qrCode, activationId } = await bank.startActivation('alice')
  const state = ['--state', join(folder, 'alice'), '--pin', '1234']
  const where = ['--config', mobileSdkConfig, '--url', enrollmentServerUrl]
  await device(['activate', ...state, ...where, '--code', qrCode])
  await bank.commitActivation('alice', activationId)
  phone = [...state, '--orchestrator', url]
  const enrolled = await device(['enrol', ...phone, '--mode', 'cloud', '--key-algorithm', 'EC_P384'])
  assert.equal(enrolled.stdout, 'Enrolled at the bank in Cloud mode.\n')
})
after(async () => {
  await stack.stop()
  await rm(folder, { recursive: true, force: true })
})

async function handIn(name: string): Promise<string> {
  return (await bank.createDocument('alice', { name, fileName: 'account.pdf', file: pdf })).documentId
}

test('documents, show, sign: between two commands the phone remembers its certificate', async () => {
  const documentId = await handIn('Account')
  assert.match((await device(['documents', ...phone])).stdout, new RegExp(`${documentId} {2}WAITING {2}Account`))

  const out = join(folder, 'to-be-signed.pdf')
  const shown = await device(['show', documentId, ...phone, '--out', out])
  assert.match(shown.stdout, /^Document Account \(account.pdf\)\nDigest of the document {3}[0-9a-f]{96}\n/)
  assert.match(shown.stdout, /to be signed in Cloud mode/)
  assert.match(shown.stdout, /^Operation [0-9a-f-]{36}, PENDING$/m)
  const file = await readFile(out)
  assert.ok(file.subarray(0, pdf.length).equals(pdf) && file.length > pdf.length)
  const json = JSON.parse((await device(['show', '--document', documentId, ...phone, '--json'])).stdout)
  assert.deepEqual([json.mode, json.document.documentId], ['CLOUD', documentId])

  const signed = await device(['sign', '--document', documentId, ...phone])
  assert.equal(signed.stdout, `Document ${documentId}: SIGNED\n`)
  assert.match(signed.stderr, /Certificate of {11}.*CN=Alice Novak/)
  const { body } = await bank.downloadDocument('alice', documentId)
  const result = Buffer.from(await new Response(body).arrayBuffer())
  assert.equal(result.length, file.length)
  const { stderr } = await device(['sign', '--document', documentId, ...phone], 1)
  assert.match(stderr, /^The document does not wait for a signature\n$/)
})

test('reject: the document and its operation', async () => {
  const documentId = await handIn('Not this')
  assert.equal((await device(['reject', documentId, ...phone])).stdout, `Document ${documentId}: REJECTED\n`)
  assert.equal((await bank.getDocument('alice', documentId)).status, 'REJECTED')
  assert.match((await device(['operations', ...phone])).stdout, /No operation waits/)
})

test('a phone that does not know the certificate refuses aloud, and nothing is signed', async () => {
  const documentId = await handIn('For a certificate that got lost')
  const storage = encryptedFileStorage(join(folder, 'alice'), await readFile(join(folder, 'alice.key')))
  const stored = JSON.parse(new TextDecoder().decode(await storage.load()))
  assert.equal(stored.certificates.length, 1)
  await storage.save(new TextEncoder().encode(JSON.stringify({ ...stored, certificates: [] })))
  const { stdout, stderr } = await device(['sign', '--document', documentId, ...phone], 1)
  assert.equal(stdout, '')
  assert.match(stderr, /^REFUSED, nothing was signed\. .* \(certificate_other_key\)\. Tell your bank\.\n$/)
  assert.equal((await bank.getDocument('alice', documentId)).status, 'WAITING')
})

test('called wrongly', async () => {
  for (const [args, says] of [
    [['enrol', '--mode', 'both'], /--mode is external or cloud/],
    [['enrol', '--mode', 'cloud', '--key-algorithm', 'DSA'], /--key-algorithm is one of EC_P256/],
    [['enrol', '--key-algorithm', 'EC_P256'], /of --mode cloud/],
    [['sign'], /--document is missing/],
    [['show', 'a', 'b'], /takes one document/],
  ] as const) {
    assert.match((await device([...args, ...phone], 2)).stderr, says)
  }
})
