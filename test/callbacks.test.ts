/** Who owes what to whom: everything that happened is told, taken once, and brings the bank up to date. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
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
