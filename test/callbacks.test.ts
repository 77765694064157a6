/** Who owes what to whom: everything that happened is told, taken once, and brings the bank up to date. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Customer, enrolledCustomer, signatureOf } from './customers.ts'
import { type Callbacks, openStack, type Stack } from './stack.ts'

const contract = new Uint8Array(await readFile(new URL('../examples/consumer-loan.pdf', import.meta.url)))

let stack: Stack
let alice: Customer
before(async () => {
  stack = await openStack()
  alice = await enrolledCustomer(stack, 'alice')
})
after(() => stack.close())

/** Once nothing is owed any more. */
async function settled(): Promise<Callbacks> {
  for (;;) {
    const callbacks = await stack.callbacks()
    if (callbacks.owed.every(({ status }) => status === 'COMPLETED' || status === 'FAILED')) return callbacks
    await sleep(20)
  }
}

test('a signature that the bank did not hear of brings its session up to date', async () => {
  const upload = { name: 'Loan', fileName: 'loan.pdf', file: contract }
  const { documentId } = await stack.bank.createDocument('alice', upload)
  const { hash, signerDocumentId } = await alice.phone.bank(stack.orchestratorUrl).getDocument(documentId)
  // Past the bank, as where its process died between the signer's answer and its own row.
  await stack.signer.signDocument(signerDocumentId ?? '', { signature: await signatureOf(alice.phone, hash) })
  await settled()
  assert.equal((await stack.bank.getDocument('alice', documentId)).status, 'SIGNED')
  assert.equal((await stack.bank.downloadDocument('alice', documentId)).status, 200)
})

test('a rejection at the signer, and a device that PowerAuth removed, reach the bank', async () => {
  const { documentId } = await stack.bank.createDocument('alice', { name: 'Loan', fileName: 'l.pdf', file: contract })
  const { signerDocumentId } = await alice.phone.bank(stack.orchestratorUrl).getDocument(documentId)
  await stack.signer.rejectDocument(signerDocumentId ?? '')
  const gone = await enrolledCustomer(stack, 'bob')
  await stack.powerAuth.removeActivation({ activationId: gone.activationId })
  await settled()
  assert.equal((await stack.bank.getDocument('alice', documentId)).status, 'REJECTED')
  await assert.rejects(
    stack.bank.createDocument('bob', { name: 'Loan', fileName: 'l.pdf', file: contract }),
    /no enrolled device/,
  )
})

test('no callback is lost: each was sent, and taken by its key', async () => {
  const { owed, received } = await settled()
  assert.ok(owed.length >= 5, `${owed.length} callbacks`)
  for (const { id, type, subject, status } of owed) {
    assert.equal(status, 'COMPLETED', `${type} of ${subject}`)
    assert.ok(received.has(id), `${type} of ${subject}`)
  }
  assert.ok([...received.values()].every((outcome) => outcome !== 'contradicted'))
})

test("the documentation's receiver takes an event once, and lets nobody else in", async () => {
  const page = await readFile(new URL('../docs/callbacks.md', import.meta.url), 'utf8')
  const code = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? assert.fail('the page has no receiver')
  const listening = code.replace(
    /server\.listen\(.*\)/,
    "server.listen(0, '127.0.0.1', () => console.log(server.address().port))",
  )
  const child = spawn(process.execPath, ['--input-type=module', '--eval', listening], {
    env: { ...process.env, CALLBACK_CREDENTIALS: 'signer:tell me' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const port = (await lines.next()).value
  const send = async (credentials: string, key: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(credentials)}`, 'idempotency-key': key },
      body: JSON.stringify({ callbackType: 'RENEWED', signerId: key }),
    })
    return response.status
  }
  assert.equal(await send('signer:wrong', 'k0'), 401)
  assert.deepEqual([await send('signer:tell me', 'k1'), await send('signer:tell me', 'k1')], [200, 200])
  assert.equal(await send('signer:tell me', 'k2'), 200)
  assert.deepEqual([(await lines.next()).value, (await lines.next()).value], ['RENEWED k1', 'RENEWED k2'])
  child.kill('SIGKILL')
})
