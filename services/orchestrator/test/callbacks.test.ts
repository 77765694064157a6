/** What the bank makes of what it is told: once, whatever comes how often and in whatever order. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { SignerCallback } from '@cloudsigner/contracts/signer-callbacks'
import { assembleCertificationRequest, buildCertificationRequestInfo, parseName } from '@cloudsigner/pki'
import { generateKeySigner } from '@cloudsigner/pki/node'
import { createCallbackRegistration } from '../src/adapters/callback-registration.ts'
import { forgetReceived } from '../src/store/callbacks.ts'
import { type OrchestratorTables, orchestratorSchema } from '../src/store/tables.ts'
import { alice, type Fixture, openFixture } from './fixture.ts'

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
const pdf = new TextEncoder().encode('%PDF-1.7 a contract')

let fixture: Fixture
before(async () => {
  fixture = await openFixture()
  await fixture.bank.createUser(alice)
})
after(() => fixture.close())

const db = () => fixture.environment.database.forSchema<OrchestratorTables>(orchestratorSchema)

interface Answer {
  readonly status: number
  readonly outcome: string | undefined
}

async function tell(
  from: 'signer' | 'powerauth',
  body: unknown,
  { key = crypto.randomUUID() as string | null, authorization = basic('callbacks', 'tell me') as string | null } = {},
): Promise<Answer> {
  const response = await fetch(`${fixture.url}/callbacks/${from}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key === null ? {} : { 'idempotency-key': key }),
      ...(authorization === null ? {} : { authorization }),
    },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as { responseObject?: { outcome?: string } }
  return { status: response.status, outcome: answer.responseObject?.outcome }
}
const taken = (outcome: string): Answer => ({ status: 200, outcome })

const proof = { devicePublicKey: 'MAA=', challengeId: 'challenge', signature: 'Z29vZA==' }

/** A device of Alice's, enrolled; a document that waits for it. */
async function waiting({ mode }: { readonly mode: 'EXTERNAL' | 'CLOUD' }) {
  const { activationId } = await fixture.bank.startActivation('alice')
  await fixture.bank.commitActivation('alice', activationId)
  const phone = fixture.phone(activationId)
  if (mode === 'CLOUD') await phone.enrolInCloud(proof)
  else await phone.enrol(await requestWith((await phone.getSubject()).subject))
  const upload = { name: 'Contract', fileName: 'c.pdf', file: pdf, activationId }
  const { documentId } = await fixture.bank.createDocument('alice', upload)
  const event = {
    signerId: activationId,
    externalSignerId: activationId,
    userId: 'alice',
    timestamp: fixture.clock.now().toISOString(),
    documentId: `s-${documentId}`,
    externalId: documentId,
  }
  const status = async () => (await fixture.bank.getDocument('alice', documentId)).status
  return { activationId, phone, documentId, event, status }
}

async function requestWith(subject: string): Promise<string> {
  const { signer } = await generateKeySigner('P-256')
  const { subjectPublicKeyInfo, signatureAlgorithm } = signer
  const info = buildCertificationRequestInfo({
    subject: parseName(Uint8Array.fromBase64(subject)),
    subjectPublicKeyInfo,
  })
  return Buffer.from(assembleCertificationRequest(info, await signer.sign(info), signatureAlgorithm)).toString('base64')
}

const signed = { callbackType: 'DOCUMENT_SIGNED', signatureLevel: 'PADES_B_B', deviceSignature: 'MEUCIQ==' } as const

test("a signature that this bank's own answer got lost of, once and for all", async () => {
  const { event, status, phone, documentId } = await waiting({ mode: 'EXTERNAL' })
  const key = crypto.randomUUID()
  assert.deepEqual(await tell('signer', { ...event, ...signed }, { key }), taken('applied'))
  assert.equal(await status(), 'SIGNED')
  // The same key: the same answer, and nothing else happens, whatever the body says.
  assert.deepEqual(await tell('signer', { ...event, callbackType: 'DOCUMENT_REJECTED' }, { key }), taken('applied'))
  // The same event by another key.
  assert.deepEqual(await tell('signer', { ...event, ...signed }), taken('unchanged'))
  assert.equal((await phone.signDocument(documentId, 'MEUCIQ==')).status, 'SIGNED')
  assert.deepEqual(
    await db()
      .selectFrom('received_callback')
      .select(['source', 'type', 'subject', 'outcome'])
      .where('idempotency_key', '=', key)
      .execute(),
    [{ source: 'signer', type: 'DOCUMENT_SIGNED', subject: event.documentId, outcome: 'applied' }],
  )
})

test('the same callback many times at once is applied once', async () => {
  const { event, status } = await waiting({ mode: 'EXTERNAL' })
  const key = crypto.randomUUID()
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => tell('signer', { ...event, callbackType: 'DOCUMENT_REJECTED' }, { key })),
  )
  assert.ok(answers.every((answer) => answer.status === 200))
  assert.equal(await status(), 'REJECTED')
  const rows = await db().selectFrom('received_callback').select('outcome').where('idempotency_key', '=', key).execute()
  assert.equal(rows.length, 1)
})

test("a document that waited in vain, by the signer's clock; and what contradicts what is known", async () => {
  const { event, status } = await waiting({ mode: 'EXTERNAL' })
  const expired: SignerCallback = { ...event, callbackType: 'DOCUMENT_EXPIRED' }
  assert.deepEqual(await tell('signer', expired), taken('applied'))
  assert.equal(await status(), 'EXPIRED')
  // Callbacks come in any order: what was signed in time is.
  assert.deepEqual(await tell('signer', { ...event, ...signed }), taken('applied'))
  assert.equal(await status(), 'SIGNED')
  assert.deepEqual(await tell('signer', { ...event, callbackType: 'DOCUMENT_REJECTED' }), taken('contradicted'))
  assert.equal(await status(), 'SIGNED')
})

test('documents, signers, activations and operations of others are no error, and change nothing', async () => {
  const { event, status } = await waiting({ mode: 'EXTERNAL' })
  const others = [
    { ...event, ...signed, externalId: 'c-1' },
    { ...event, ...signed, externalId: crypto.randomUUID() },
    { ...event, ...signed, documentId: 's-another' },
    { ...event, callbackType: 'SIGNER_STATUS_CHANGED', signerId: 'x', signerStatus: 'REMOVED' },
  ]
  for (const body of others) assert.deepEqual(await tell('signer', body), taken('unknown'))
  assert.deepEqual(await tell('powerauth', { type: 'ACTIVATION', activationId: 'x' }), taken('unknown'))
  assert.deepEqual(await tell('powerauth', { type: 'OPERATION', operationId: 'x' }), taken('unknown'))
  assert.equal(await status(), 'WAITING')
})

test('what PowerAuth tells of an activation is asked of it: the callback may be out of date', async () => {
  const { activationId } = await waiting({ mode: 'EXTERNAL' })
  const states = () =>
    db()
      .selectFrom('activation')
      .select(['activation_status', 'signer_status'])
      .where('activation_id', '=', activationId)
      .executeTakeFirstOrThrow()
  const body = { type: 'ACTIVATION', activationId, activationStatus: 'BLOCKED', userId: null }
  assert.deepEqual(await tell('powerauth', body), taken('applied'))
  assert.deepEqual(await states(), { activation_status: 'ACTIVE', signer_status: null })
  assert.deepEqual(await tell('powerauth', body), taken('unchanged'))
  const renewed = {
    signerId: activationId,
    externalSignerId: activationId,
    userId: 'alice',
    timestamp: fixture.clock.now().toISOString(),
    callbackType: 'RENEWED',
    certificateSerialNumber: '123',
    certificateExpiration: '2027-06-01T12:00:00.000Z',
  }
  assert.deepEqual(await tell('signer', renewed), taken('applied'))
  assert.deepEqual(await states(), { activation_status: 'ACTIVE', signer_status: 'ACTIVE' })
})

test('a device that is gone is not chosen any more', async () => {
  await fixture.bank.createUser({ ...alice, userId: 'dave' })
  const devices: string[] = []
  for (let each = 0; each < 2; each += 1) {
    const { activationId } = await fixture.bank.startActivation('dave')
    await fixture.bank.commitActivation('dave', activationId)
    await fixture.phone(activationId).enrolInCloud(proof)
    devices.push(activationId)
  }
  const upload = { name: 'Contract', fileName: 'c.pdf', file: pdf }
  await assert.rejects(fixture.bank.createDocument('dave', upload), /several devices/)
  const [gone = '', left] = devices
  fixture.outside.activations.set(gone, { userId: 'dave', status: 'REMOVED' })
  assert.deepEqual(await tell('powerauth', { type: 'ACTIVATION', activationId: gone }), taken('applied'))
  assert.equal((await fixture.bank.createDocument('dave', upload)).activationId, left)
})

test('an operation that was refused on the phone ends its session', async () => {
  const { documentId, status, phone } = await waiting({ mode: 'CLOUD' })
  const operationId = (await phone.getDocument(documentId)).approval?.operationId ?? ''
  const body = { type: 'OPERATION', operationId, status: 'PENDING' }
  assert.deepEqual(await tell('powerauth', body), taken('unchanged'))
  const operation = fixture.outside.operations.get(operationId)
  if (operation) operation.status = 'REJECTED'
  assert.deepEqual(await tell('powerauth', { ...body, status: 'REJECTED' }), taken('applied'))
  assert.equal(await status(), 'REJECTED')
})

test('who cannot be asked now: 503, nothing is noted, and the next attempt is as good as the first', async () => {
  const { documentId, status, phone } = await waiting({ mode: 'CLOUD' })
  const operationId = (await phone.getDocument(documentId)).approval?.operationId ?? ''
  const operation = fixture.outside.operations.get(operationId)
  if (operation) operation.status = 'FAILED'
  const key = crypto.randomUUID()
  fixture.outside.powerAuthDown = true
  assert.equal((await tell('powerauth', { type: 'OPERATION', operationId }, { key })).status, 503)
  fixture.outside.powerAuthDown = false
  assert.deepEqual(await tell('powerauth', { type: 'OPERATION', operationId }, { key }), taken('applied'))
  assert.equal(await status(), 'EXPIRED')
})

test("nobody but the senders is let in, the bank's own credentials do not open this door, nor these the bank's", async () => {
  const body = { type: 'ACTIVATION', activationId: 'x' }
  for (const authorization of [null, basic('callbacks', 'wrong'), fixture.authorization]) {
    assert.equal((await tell('powerauth', body, { authorization })).status, 401)
  }
  const response = await fetch(`${fixture.url}/users/alice`, {
    headers: { authorization: basic('callbacks', 'tell me') },
  })
  assert.equal(response.status, 401)
})

test('what is no callback is refused', async () => {
  const { event } = await waiting({ mode: 'EXTERNAL' })
  const body = { ...event, ...signed }
  for (const key of [null, '', 'a b', 'x'.repeat(101)]) assert.equal((await tell('signer', body, { key })).status, 400)
  for (const wrong of [{}, { ...body, callbackType: 'MELTED' }, { ...body, timestamp: 'today' }, [body], 'x'])
    assert.equal((await tell('signer', wrong)).status, 400)
  for (const wrong of [{}, { type: 'LOGIN' }, { type: 'OPERATION' }, { type: 'ACTIVATION', activationId: '' }])
    assert.equal((await tell('powerauth', wrong)).status, 400)
})

test('keys are forgotten when nobody sends them any more', async () => {
  const { event } = await waiting({ mode: 'EXTERNAL' })
  const key = crypto.randomUUID()
  await tell('signer', { ...event, ...signed }, { key })
  await forgetReceived(db(), fixture.clock.now())
  assert.deepEqual(await tell('signer', { ...event, ...signed }, { key }), taken('applied'))
  await forgetReceived(db(), new Date(fixture.clock.now().getTime() + 1))
  assert.deepEqual(await tell('signer', { ...event, ...signed }, { key }), taken('unchanged'))
})

test('PowerAuth is asked to tell, once however often that is asked', async () => {
  const urls: { id: string; name: string; callbackUrl: string }[] = []
  const client = {
    getCallbackUrlList: async () => ({ callbackUrlList: [...urls] }),
    createCallbackUrl: async (settings: { name: string; callbackUrl: string }) => {
      urls.push({ id: crypto.randomUUID(), name: settings.name, callbackUrl: settings.callbackUrl })
    },
    updateCallbackUrl: async ({ id, callbackUrl }: { id: string; callbackUrl: string }) => {
      const found = urls.find((each) => each.id === id)
      if (found) found.callbackUrl = callbackUrl
    },
    removeCallbackUrl: async ({ id }: { id: string }) => {
      urls.splice(
        urls.findIndex((each) => each.id === id),
        1,
      )
    },
  } as unknown as Parameters<typeof createCallbackRegistration>[0]
  const registration = createCallbackRegistration(client, 'cloudsigner')
  const credentials = { user: 'callbacks', password: 'tell me' }
  await Promise.all([1, 2].map(() => registration.register('http://old.example', credentials)))
  urls.push({ id: 'other', name: "somebody else's", callbackUrl: 'https://else.example' })
  assert.equal(urls.length, 5, 'two at the same time have made them twice')
  await registration.register('http://new.example', credentials)
  await registration.register('http://new.example', credentials)
  assert.deepEqual(
    urls.map(({ name, callbackUrl }) => [name, callbackUrl]).sort(),
    [
      ['orchestrator: activations', 'http://new.example/callbacks/powerauth'],
      ['orchestrator: operations', 'http://new.example/callbacks/powerauth'],
      ["somebody else's", 'https://else.example'],
    ].sort(),
  )
})
