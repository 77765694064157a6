/** The command-line phone in the whole chain: through the bank, and straight to the signer. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type BankClient, createBankClient } from '@cloudsigner/clients/orchestrator'
import { createPowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import { createSignerClient } from '@cloudsigner/clients/signer'
import { type RunningStack, startStack } from '../../src/demo/running-stack.ts'
import { device } from './device-runner.ts'

interface Service {
  readonly url: string
  readonly basic: { readonly user: string; readonly password: string }
}

const pdf = await readFile(join(import.meta.dirname, '../../../../examples/current-account.pdf'))
const pin = ['--pin', '1234']
let folder: string
let stack: RunningStack
let bank: BankClient
let signer: Service
let powerauth: { readonly private: string; readonly public: string; readonly basic: Service['basic'] }

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloudsigner-device-chain-'))
  stack = await startStack(folder)
  const ready = JSON.parse(await readFile(stack.readyFile, 'utf8'))
  signer = ready.signer
  powerauth = ready.powerauth
  const { url, basic } = stack.addresses.orchestrator
  bank = createBankClient({ baseUrl: url, authorization: () => authorization(basic) })
})
after(async () => {
  await stack.stop()
  await rm(folder, { recursive: true, force: true })
})

test('through the bank: the phone enrols, sees what waits, and signs it', async () => {
  const identity = { type: 'IDC', value: '998877665' } as const
  const { userId } = await bank.createUser({
    userId: 'alice',
    givenName: 'Alice',
    surname: 'Novak',
    country: 'CZ',
    identity,
  })
  const { mobileSdkConfig, enrollmentServerUrl } = await bank.getMobileApplication()
  const { qrCode, activationId } = await bank.startActivation(userId)
  const state = ['--state', join(folder, 'alice')]
  await device([
    'activate',
    ...state,
    ...pin,
    '--config',
    mobileSdkConfig,
    '--url',
    enrollmentServerUrl,
    '--code',
    qrCode,
  ])
  await bank.commitActivation(userId, activationId)
  const orchestrator = ['--orchestrator', stack.addresses.orchestrator.url]
  await device(['enrol', ...state, ...pin, ...orchestrator])
  assert.equal((await bank.getActivation(userId, activationId)).signerStatus, 'ACTIVE')

  const document = { name: 'Current account', fileName: 'current-account.pdf', file: pdf }
  const { documentId } = await bank.createDocument(userId, document)
  const signed = await device(['sign', ...state, ...pin, ...orchestrator, '--document', documentId, '--json'])
  assert.match(
    signed.stderr,
    /Document Current account \(current-account.pdf\)\nDigest of the document {3}[0-9a-f]{64}\n/,
  )
  assert.equal(JSON.parse(signed.stdout).status, 'SIGNED')
  assert.equal((await bank.getDocument(userId, documentId)).status, 'SIGNED')

  const again = await device(['sign', ...state, ...pin, ...orchestrator, '--document', documentId], 1)
  assert.match(again.stderr, /does not wait for a signature/)
  assert.match(
    (await device(['sign', ...state, ...pin, ...orchestrator, '--document', 'x'], 1)).stderr,
    /DOCUMENT_UNKNOWN/,
  )
})

test('straight to the signer, as the genuine client is used', async () => {
  const credentials = powerauth.basic
  const client = createPowerAuthPrivateClient({ baseUrl: powerauth.private, credentials })
  const applicationId = 'device-chain'
  await client.createApplication({ applicationId })
  const { versions } = await client.getApplicationDetail({ applicationId })
  const { activationCode, activationId } = await client.initActivation({ userId: 'bob', applicationId })
  const state = ['--state', join(folder, 'bob')]
  const where = ['--config', versions[0]?.mobileSdkConfig ?? '', '--url', powerauth.public]
  await device(['activate', ...state, ...pin, ...where, '--code', activationCode])
  await client.commitActivation({ activationId })

  const subject = [
    '--subject',
    'CN=Bob Novak,SERIALNUMBER=IDCCZ-112233,GIVENNAME=Bob,SURNAME=Novak,C=CZ',
    '--user-id',
    'bob',
  ]
  const env = { CLOUDSIGNER_SIGNER_USER: signer.basic.user, CLOUDSIGNER_SIGNER_PASSWORD: signer.basic.password }
  await device(['enrol', ...state, ...pin, ...subject, '--signer', signer.url], 0, env)
  const refused = ['--signer', signer.url, '--signer-user', 'x', '--signer-password', 'x']
  assert.match((await device(['enrol', ...state, ...pin, ...subject, ...refused], 1)).stderr, /ERROR_UNAUTHORIZED/)

  const documents = createSignerClient({ baseUrl: signer.url, authorization: () => authorization(signer.basic) })
  const upload = { signerId: activationId, externalId: 'x', name: 'x', fileName: 'x.pdf', file: pdf }
  const { documentId, hash } = await documents.uploadDocument(upload)
  await device(['sign', hash, ...state, ...pin, '--document', documentId, '--signer', signer.url], 0, env)
  const file = await documents.downloadDocument(documentId)
  assert.ok((await new Response(file.body).bytes()).length > pdf.length)
})

function authorization({ user, password }: Service['basic']): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
