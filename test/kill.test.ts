/**
 * `kill -9` of the whole stack in the middle of a signature, on the embedded database: the document is WAITING or
 * SIGNED and valid afterwards, and the same call again ends the work where it was not done.
 */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createBankClient } from '@cloudsigner/clients/orchestrator'
import { createSignerClient, SignerApiError } from '@cloudsigner/clients/signer'
import { type RunningUp, startUp } from '../apps/cli/test/up/up-process.ts'
import { assertPassed, bytesOf, type Customer, enrolledCustomer, signatureOf, upload, validate } from './customers.ts'
import type { CustomerStack } from './stack.ts'

const contract = new Uint8Array(await readFile(new URL('../examples/consumer-loan.pdf', import.meta.url)))

let directory: string
let up: RunningUp
let alice: Customer
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cloudsigner-kill-'))
  up = await startUp(directory, ['--port-base', '0'])
  alice = await enrolledCustomer(await stackOf(up), 'alice')
})
after(async () => {
  up.child.kill('SIGKILL')
  await up.ended
  await rm(directory, { recursive: true, force: true })
})

/** The clients of a stack that runs elsewhere. */
async function stackOf({ ready }: RunningUp): Promise<CustomerStack> {
  const basic = ({ user, password }: { user: string; password: string }) =>
    `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const { signer, orchestrator, ca } = ready
  return {
    ca: { trustRoot: await readFile(ca.trustRoot, 'utf8') },
    signer: createSignerClient({ baseUrl: signer.url, authorization: () => basic(signer.basic) }),
    bank: createBankClient({ baseUrl: orchestrator.url, authorization: () => basic(orchestrator.basic) }),
    orchestratorUrl: orchestrator.url,
  }
}

async function killAndStartAgain(): Promise<void> {
  up.child.kill('SIGKILL')
  assert.equal((await up.ended).signal, 'SIGKILL')
  up = await startUp(directory, ['--port-base', '0'])
}

/** SIGNED with a valid file, or WAITING; anything else fails. */
async function stateOf(stack: CustomerStack, documentId: string): Promise<'WAITING' | 'SIGNED'> {
  try {
    const { body } = await stack.signer.downloadDocument(documentId)
    const file = await bytesOf(body)
    assert.ok(Buffer.from(file).subarray(0, contract.length).equals(contract))
    assertPassed(await validate(stack, file))
    return 'SIGNED'
  } catch (error) {
    assert.ok(error instanceof SignerApiError && error.code === 'ILLEGAL_OPERATION_ERROR', String(error))
    assert.match(error.message, /WAITING/)
    return 'WAITING'
  }
}

test('killed in the middle of signatures, sooner or later: WAITING or SIGNED and valid, never else', async (t) => {
  const done: string[] = []
  // Several at once, so that when the first are answered, others are in the middle of their work.
  for (const answers of [0, 1, 3]) {
    const stack = await stackOf(up)
    const waiting = []
    for (let count = 0; count < 6; count++) {
      const { documentId, hash } = await upload(stack, alice.activationId, contract)
      waiting.push({ documentId, signature: await signatureOf(alice.phone, hash) })
    }
    const answered: string[] = []
    const calls = waiting.map(({ documentId, signature }) =>
      stack.signer
        .signDocument(documentId, { signature })
        .then(() => answered.push(documentId))
        .catch(() => undefined),
    )
    await delay(5)
    for (let waited = 0; answered.length < answers && waited < 20_000; waited++) await delay(1)
    await killAndStartAgain()
    await Promise.all(calls)

    const states = []
    const after = await stackOf(up)
    for (const { documentId, signature } of waiting) {
      const state = await stateOf(after, documentId)
      if (answered.includes(documentId)) assert.equal(state, 'SIGNED', 'what was answered is not taken back')
      states.push(state)
      if (state === 'WAITING') await after.signer.signDocument(documentId, { signature })
      assert.equal(await stateOf(after, documentId), 'SIGNED')
      done.push(documentId)
    }
    t.diagnostic(`killed at ${answered.length} answers: ${states.join(' ')}`)
  }
  const stack = await stackOf(up)
  for (const documentId of done) assert.equal(await stateOf(stack, documentId), 'SIGNED')
})

test('killed in the middle of an upload: there is no document, and the next upload works', async () => {
  const stack = await stackOf(up)
  async function* slowly() {
    for (let at = 0; at < contract.length; at += 4096) {
      yield contract.subarray(at, at + 4096)
      await delay(20)
    }
  }
  const call = stack.signer
    .uploadDocument({
      signerId: alice.activationId,
      externalId: 'c',
      name: 'n',
      fileName: 'f.pdf',
      file: slowly(),
    })
    .catch((error: unknown) => error)
  await delay(100)
  await killAndStartAgain()
  assert.ok((await call) instanceof SignerApiError)
  await upload(await stackOf(up), alice.activationId, contract)
})
