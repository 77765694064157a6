/** The services in processes of their own, on one PostgreSQL server and one data directory: the same code. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createBankClient } from '@cloudsigner/clients/orchestrator'
import { withRealPostgres } from '@cloudsigner/service/testing'
import { Phone } from '../../src/device/phone.ts'
import { serviceNames } from '../../src/up/arguments.ts'
import { type RunningUp, spawnUp, startUp } from './up-process.ts'

test('a signer that finds no CA says how to get one', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'cloudsigner-apart-'))
  const early = spawnUp(['signer', '--data', join(parent, 'data')])
  assert.deepEqual(await early.ended, { code: 2, signal: null })
  assert.match(early.output(), /client\.pem is not there: start the CA on this data directory first/)
  await rm(parent, { recursive: true, force: true })
})

test('five processes make one stack: a phone activates, enrols and signs', async () => {
  await withRealPostgres(async ({ url }) => {
    const parent = await mkdtemp(join(tmpdir(), 'cloudsigner-apart-'))
    const running: RunningUp[] = []
    try {
      const start = async (name: string) => {
        const up = await startUp(parent, [name, '--database', url], `${name}.json`)
        running.push(up)
        return up
      }
      // The orchestrator waits for PowerAuth by itself.
      const [ca] = await Promise.all([start('ca'), start('powerauth'), start('orchestrator'), start('app')])
      await start('signer')
      assert.deepEqual(Object.keys(ca.ready), ['version', 'ca', 'tsa'])

      const ready = Object.assign({}, ...running.map((each) => each.ready)) as RunningUp['ready']
      const { user, password } = ready.orchestrator.basic
      const bank = createBankClient({
        baseUrl: ready.orchestrator.url,
        authorization: () => `Basic ${btoa(`${user}:${password}`)}`,
      })
      await sign(bank, ready)
      for (const each of running) each.child.kill('SIGTERM')
      for (const each of running) assert.deepEqual(await each.ended, { code: 0, signal: null })
      assert.equal(running.length, serviceNames.length)
    } finally {
      for (const each of running) each.child.kill('SIGKILL')
      await rm(parent, { recursive: true, force: true })
    }
  })
})

async function sign(bank: ReturnType<typeof createBankClient>, { orchestrator }: RunningUp['ready']): Promise<void> {
  const userId = 'alice'
  await bank.createUser({
    userId,
    givenName: 'Alice',
    surname: 'Novak',
    country: 'CZ',
    identity: { type: 'IDC', value: '998877665' },
  })
  const { qrCode } = await bank.startActivation(userId)
  const { mobileSdkConfig, enrollmentServerUrl } = await bank.getMobileApplication()
  const phone = await Phone.open({ mobileSdkConfig, url: enrollmentServerUrl, pin: '1234' })
  const { activationId } = await phone.activate(qrCode)
  await bank.commitActivation(userId, activationId)
  await phone.enrol(orchestrator.url)
  const file = new Uint8Array(await readFile(new URL('../../../../examples/consumer-loan.pdf', import.meta.url)))
  const { documentId } = await bank.createDocument(userId, { name: 'Loan', fileName: 'loan.pdf', file })
  const app = phone.bank(orchestrator.url)
  const { hash } = await app.getDocument(documentId)
  assert.ok(hash)
  const signature = await phone.sign(new Uint8Array(Buffer.from(hash, 'base64')))
  await app.signDocument(documentId, Buffer.from(signature).toString('base64'))
  const { body } = await bank.downloadDocument(userId, documentId)
  const signed = new Uint8Array(await new Response(body).arrayBuffer())
  assert.ok(signed.length > file.length)
}
