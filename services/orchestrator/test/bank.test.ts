import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fetchMobileApplication, OrchestratorApiError } from '@cloudsigner/clients/orchestrator'
import { OrchestratorErrorResponse, type OrchestratorProblemCode } from '@cloudsigner/contracts/orchestrator'
import { assembleCertificationRequest, buildCertificationRequestInfo, parseName } from '@cloudsigner/pki'
import { generateKeySigner } from '@cloudsigner/pki/node'
import { Check } from 'typebox/value'
import { resumeUnfinished } from '../src/actions/prepare-session.ts'
import type { OrchestratorContext } from '../src/context.ts'
import { subjectOf } from '../src/domain/subject.ts'
import { type OrchestratorTables, orchestratorSchema } from '../src/store/tables.ts'
import { alice, codeHeader, type Fixture, nonce, openFixture, testSigner } from './fixture.ts'

const pdf = new TextEncoder().encode('%PDF-1.7 as far as the bank can tell')
const signature = 'MEUCIQ=='

let fixture: Fixture
let device: string
before(async () => {
  fixture = await openFixture()
  await fixture.bank.createUser(alice)
  device = await enrolledDevice('alice')
})
after(() => fixture.close())

async function activeDevice(userId: string): Promise<string> {
  const { activationId } = await fixture.bank.startActivation(userId)
  await fixture.bank.commitActivation(userId, activationId)
  return activationId
}

async function enrolledDevice(userId: string): Promise<string> {
  const activationId = await activeDevice(userId)
  await fixture.phone(activationId).enrol(requestWith((await fixture.phone(activationId).getSubject()).subject))
  return activationId
}

const { subjectPublicKeyInfo } = (await generateKeySigner('P-256')).signer

/** A CertificationRequest with this subject; its signature is for the signer to judge, not for the bank. */
function requestWith(subject: string): string {
  const info = buildCertificationRequestInfo({
    subject: parseName(Uint8Array.fromBase64(subject)),
    subjectPublicKeyInfo,
  })
  return assembleCertificationRequest(info, new Uint8Array(70)).toBase64()
}

const handIn = (userId = 'alice', activationId = device) =>
  fixture.bank.createDocument(userId, { name: 'Contract', fileName: 'c.pdf', file: pdf, activationId })

async function refused(call: Promise<unknown>, code: OrchestratorProblemCode, status: number): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof OrchestratorApiError, String(error))
    assert.deepEqual([error.code, error.status], [code, status], error.message)
    return true
  })
}

const bytesOf = async (answer: { body: ReadableStream }) => Buffer.from(await new Response(answer.body).arrayBuffer())

test('a user is added once, and not changed by adding', async () => {
  assert.deepEqual(await fixture.bank.createUser(alice), alice)
  assert.deepEqual(await fixture.bank.getUser('alice'), alice)
  await refused(fixture.bank.createUser({ ...alice, surname: 'Other' }), 'USER_EXISTS', 409)
  await refused(fixture.bank.getUser('nobody'), 'USER_UNKNOWN', 404)
})

test('the app is told what it is made with: the bank, and a phone that can prove nothing yet', async () => {
  const application = {
    applicationId: 'cloudsigner',
    mobileSdkConfig: 'mobile-sdk-config',
    enrollmentServerUrl: 'https://bank.example/enrollment-server',
  }
  assert.deepEqual(await fixture.bank.getMobileApplication(), application)
  assert.deepEqual(await fetchMobileApplication({ baseUrl: fixture.url }), application)
})

test('an activation is started, committed and seen, by its own user alone', async () => {
  const { activationId, qrCode } = await fixture.bank.startActivation('alice')
  assert.equal(qrCode, 'AAAAA-BBBBB-CCCCC-DDDDD#MEUC')
  const expected = {
    activationId,
    activationStatus: 'ACTIVE',
    devicePublicKeyFingerprint: '12345678',
    signerStatus: null,
    signerMode: null,
  }
  assert.deepEqual(await fixture.bank.commitActivation('alice', activationId), expected)
  await refused(fixture.bank.getActivation('bob', activationId), 'ACTIVATION_UNKNOWN', 404)
  await refused(fixture.bank.startActivation('nobody'), 'USER_UNKNOWN', 404)
  assert.equal((await fixture.bank.getActivation('alice', device)).signerStatus, 'ACTIVE')
})

test('the subject is the one that the bank knows, and the CSR must have it', async () => {
  const phone = fixture.phone(device)
  const { subject, text } = await phone.getSubject()
  assert.equal(text, 'serialNumber=PNOCZ-8001011234,CN=Alice Nováková,SN=Nováková,givenName=Alice,C=CZ')
  assert.equal(subject, Buffer.from(subjectOf(alice).der).toString('base64'))
  const other = Buffer.from(subjectOf({ ...alice, givenName: 'Malice' }).der).toString('base64')
  await refused(phone.enrol(requestWith(other)), 'SUBJECT_MISMATCH', 400)
  const sameLength = Buffer.from(subjectOf({ ...alice, givenName: 'Alicf' }).der).toString('base64')
  await refused(phone.enrol(requestWith(sameLength)), 'SUBJECT_MISMATCH', 400)
  // A client that has other string types: PrintableString becomes UTF8String, and back.
  const bytes = Uint8Array.fromBase64(subject)
  const country = bytes.indexOf(0x13)
  assert.deepEqual([...bytes.subarray(country, country + 4)], [0x13, 2, 0x43, 0x5a])
  const folded = bytes.with(country + 3, 0x7a).toBase64()
  await refused(phone.enrol(requestWith(folded)), 'SUBJECT_MISMATCH', 400)
  await phone.enrol(requestWith(bytes.with(country, 0x0c).toBase64()))
  for (const csr of ['no Base64!', 'AAAA', 'MAA=', requestWith(subject).slice(4)]) {
    await refused(phone.enrol(csr), 'CSR_REFUSED', 400)
  }
})

test('a document goes to the phone, is read, signed, and comes back signed', async () => {
  const document = await handIn()
  assert.equal(document.status, 'WAITING')
  assert.equal(document.size, pdf.length)
  const phone = fixture.phone(device)
  const mine = (await phone.listDocuments()).documents.find((each) => each.documentId === document.documentId)
  assert.equal(mine?.hash, 'MQA=')
  assert.deepEqual(await bytesOf(await phone.downloadDocument(document.documentId)), Buffer.from(pdf))
  await refused(fixture.bank.downloadDocument('alice', document.documentId), 'STATE_FORBIDS', 409)
  const signed = await phone.signDocument(document.documentId, signature)
  assert.deepEqual([signed.status, signed.hash], ['SIGNED', null])
  assert.equal((await phone.signDocument(document.documentId, signature)).status, 'SIGNED')
  await refused(phone.signDocument(document.documentId, 'MEUCIR=='), 'STATE_FORBIDS', 409)
  await refused(phone.rejectDocument(document.documentId), 'STATE_FORBIDS', 409)
  const file = await fixture.bank.downloadDocument('alice', document.documentId, 'bytes=0-9')
  assert.equal(file.status, 206)
  assert.equal((await bytesOf(file)).toString(), `${Buffer.from(pdf)}signed:${signature}:bytes=0-9`)
  assert.match((await bytesOf(await phone.downloadDocument(document.documentId))).toString(), /whole$/)
})

test('a phone rejects', async () => {
  const { documentId } = await handIn()
  const phone = fixture.phone(device)
  assert.equal((await phone.rejectDocument(documentId)).status, 'REJECTED')
  assert.equal((await phone.rejectDocument(documentId)).status, 'REJECTED')
  assert.equal(fixture.outside.documents.get(`s-${documentId}`)?.rejected, true)
  await refused(phone.signDocument(documentId, signature), 'STATE_FORBIDS', 409)
})

test('a signature that the signer took before a crash of ours ends the session when the phone repeats its call', async () => {
  const { documentId } = await handIn()
  const atSigner = fixture.outside.documents.get(`s-${documentId}`)
  if (atSigner) atSigner.signature = signature
  assert.equal((await fixture.phone(device).signDocument(documentId, signature)).status, 'SIGNED')
  const rejected = await handIn()
  const other = fixture.outside.documents.get(`s-${rejected.documentId}`)
  if (other) other.rejected = true
  await refused(fixture.phone(device).signDocument(rejected.documentId, signature), 'STATE_FORBIDS', 409)
})

test("another user's document is no document", async () => {
  await fixture.bank.createUser({ ...alice, userId: 'bob', givenName: 'Bob' })
  const bobs = await enrolledDevice('bob')
  const { documentId } = await handIn()
  const phone = fixture.phone(bobs)
  assert.deepEqual((await phone.listDocuments()).documents, [])
  await refused(phone.getDocument(documentId), 'DOCUMENT_UNKNOWN', 404)
  await refused(phone.downloadDocument(documentId), 'DOCUMENT_UNKNOWN', 404)
  await refused(phone.signDocument(documentId, signature), 'DOCUMENT_UNKNOWN', 404)
  await refused(phone.rejectDocument(documentId), 'DOCUMENT_UNKNOWN', 404)
  await refused(fixture.bank.getDocument('bob', documentId), 'DOCUMENT_UNKNOWN', 404)
  await refused(handIn('bob', device), 'ACTIVATION_UNKNOWN', 404)
})

test('a code is for one method, path and body, and of a device in use', async () => {
  const wrong = fixture.phone(device, (code) => `${code.startsWith('A') ? 'B' : 'A'}${code.slice(1)}`)
  await refused(wrong.listDocuments(), 'UNAUTHORIZED', 401)
  await refused(fixture.phone(crypto.randomUUID()).listDocuments(), 'UNAUTHORIZED', 401)
  const { documentId } = await handIn()
  const path = `/app/documents/${documentId}`
  const body = JSON.stringify({ signature })
  const send = async (method: string, over: { method: string; uriId: string; body: string }) => {
    const code = await codeHeader(device, over.method, over.uriId, Buffer.from(over.body))
    const headers = { 'x-powerauth-authorization': code, 'content-type': 'application/json' }
    return (await fetch(`${fixture.url}${path}/signature`, { method, headers, body })).status
  }
  const right = { method: 'POST', uriId: `${path}/signature`, body }
  for (const change of [{ method: 'GET' }, { uriId: `${path}/rejection` }, { body: '{}' }, { body: `${body} ` }]) {
    assert.equal(await send('POST', { ...right, ...change }), 401)
  }
  const oneFactor = await codeHeader(device, 'POST', right.uriId, Buffer.from(body), undefined, 'possession')
  const possession = { 'x-powerauth-authorization': oneFactor, 'content-type': 'application/json' }
  const byPossession = await fetch(`${fixture.url}${path}/signature`, { method: 'POST', headers: possession, body })
  assert.equal(byPossession.status, 401, 'one factor changes nothing')
  assert.equal(await send('POST', right), 200)
  const blocked = await activeDevice('alice')
  const entry = fixture.outside.activations.get(blocked)
  if (entry) entry.status = 'BLOCKED'
  await refused(fixture.phone(blocked).listDocuments(), 'UNAUTHORIZED', 401)
})

test('a token reads, and changes nothing', async () => {
  const { documentId } = await handIn()
  const headers = {
    'x-powerauth-token': `PowerAuth token_id="${device}", token_digest="${'A'.repeat(43)}=", nonce="${nonce}", timestamp="1780315200000", version="3.3"`,
    'content-type': 'application/json',
  }
  const path = `${fixture.url}/app/documents/${documentId}`
  assert.equal((await fetch(path, { headers })).status, 200)
  const body = JSON.stringify({ signature })
  assert.equal((await fetch(`${path}/signature`, { method: 'POST', headers, body })).status, 401)
})

test('each door needs its own credentials', async () => {
  const doors = [
    ['GET', '/application'],
    ['POST', '/users'],
    ['GET', '/users/alice'],
    ['POST', '/users/alice/activations'],
    ['POST', '/users/alice/documents?name=x'],
    ['GET', '/users/alice/documents'],
    ['GET', '/app/subject'],
    ['POST', '/app/signer'],
    ['GET', '/app/signer'],
    ['POST', '/app/signer/challenges'],
    ['GET', '/app/documents'],
    ['GET', '/app/documents/x/prepared'],
    ['POST', '/app/documents/x/signature'],
    ['POST', '/app/documents/x/rejection'],
  ] as const
  for (const [method, path] of doors) {
    // The bank's password opens no phone's door.
    const others: readonly Record<string, string>[] = path.startsWith('/app/')
      ? [{ authorization: fixture.authorization }]
      : []
    for (const headers of [{}, { authorization: 'Basic eDp5' }, ...others]) {
      const response = await fetch(fixture.url + path, { method, headers })
      assert.equal(response.status, 401, `${method} ${path}`)
      assert.ok(Check(OrchestratorErrorResponse, await response.json()))
    }
  }
})

test('what comes in is checked, and refused with a code', async () => {
  const post = (path: string, body: string, type = 'application/json') =>
    fetch(fixture.url + path, {
      method: 'POST',
      headers: { authorization: fixture.authorization, 'content-type': type },
      body,
    })
  for (const [path, body, type] of [
    ['/users', '{', undefined],
    ['/users', '{}', undefined],
    ['/users', JSON.stringify({ ...alice, country: 'cz' }), undefined],
    ['/users', JSON.stringify({ ...alice, surname: 'a\u0000b' }), undefined],
    ['/users', JSON.stringify({ ...alice, identity: { type: 'XXX', value: '1' } }), undefined],
    ['/users', 'a=b', 'application/x-www-form-urlencoded'],
    ['/users/alice/documents', 'x', 'application/pdf'],
    ['/users/alice/documents?name=x', '{}', 'application/json'],
    ['/users/alice/documents?name=x', 'x', 'text/plain'],
  ] as const) {
    const response = await post(path, body, type)
    const value: unknown = await response.json()
    assert.equal(response.status, 400, `${path} ${body}`)
    assert.ok(Check(OrchestratorErrorResponse, value) && value.responseObject.code === 'REQUEST_INVALID')
  }
})

test('which device: the only enrolled one, or the one named', async () => {
  await fixture.bank.createUser({ ...alice, userId: 'carol' })
  const handInForCarol = (activationId?: string) =>
    fixture.bank.createDocument('carol', {
      name: 'n',
      fileName: 'f',
      file: pdf,
      ...(activationId === undefined ? {} : { activationId }),
    })
  await refused(handInForCarol(), 'STATE_FORBIDS', 409)
  const fresh = await activeDevice('carol')
  await refused(handInForCarol(fresh), 'STATE_FORBIDS', 409)
  const first = await enrolledDevice('carol')
  assert.equal((await handInForCarol()).activationId, first)
  await enrolledDevice('carol')
  await refused(handInForCarol(), 'REQUEST_INVALID', 400)
  assert.equal((await handInForCarol(first)).activationId, first)
})

test('a document that the signer does not take is REFUSED', async () => {
  fixture.outside.signerFault = { code: 'DOCUMENT_UPLOAD_ERROR', status: 400 }
  await refused(handIn(), 'DOCUMENT_REFUSED', 400)
  fixture.outside.signerFault = null
  const [newest] = (await fixture.bank.listDocuments('alice')).documents
  assert.equal(newest?.status, 'REFUSED')
})

test('a document larger than is taken is refused, and no blob stays', async () => {
  const before = (await Array.fromAsync(fixture.environment.blobs.list(''))).length
  const file = new Uint8Array(1024 * 1024 + 1)
  await refused(
    fixture.bank.createDocument('alice', { name: 'n', fileName: 'f', file, activationId: device }),
    'DOCUMENT_REFUSED',
    400,
  )
  assert.equal((await Array.fromAsync(fixture.environment.blobs.list(''))).length, before)
})

test('a signer out of reach: the document stays RECEIVED, and is taken up later', async () => {
  fixture.outside.signerFault = { code: 'UNREACHABLE', status: 0 }
  await refused(handIn(), 'UPSTREAM_UNAVAILABLE', 503)
  fixture.outside.signerFault = null
  const find = async () =>
    (await fixture.bank.listDocuments('alice')).documents.find((each) => each.status === 'RECEIVED')
  const received = await find()
  assert.ok(received)
  fixture.clock.advance(1)
  await resumeUnfinished(contextOf(), 0)
  assert.equal((await fixture.bank.getDocument('alice', received.documentId)).status, 'WAITING')
})

test('a refusal of the signer at the signature is said, and the document still waits', async () => {
  const { documentId } = await handIn()
  const phone = fixture.phone(device)
  for (const [code, status, said, saidStatus] of [
    ['DOCUMENT_INVALID_SIGNATURE_ERROR', 400, 'SIGNATURE_REFUSED', 400],
    ['ILLEGAL_OPERATION_ERROR', 400, 'STATE_FORBIDS', 409],
    ['CERTIFICATE_AUTHORITY_ERROR', 503, 'UPSTREAM_UNAVAILABLE', 503],
    ['ERROR_UNAUTHORIZED', 401, 'UPSTREAM_UNAVAILABLE', 503],
    ['UNREACHABLE', 0, 'UPSTREAM_UNAVAILABLE', 503],
  ] as const) {
    fixture.outside.signerFault = { code, status }
    await refused(phone.signDocument(documentId, signature), said, saidStatus)
  }
  fixture.outside.signerFault = null
  assert.equal((await phone.signDocument(documentId, signature)).status, 'SIGNED')
})

test('time passes: EXPIRED', async () => {
  const { documentId } = await handIn()
  fixture.clock.advance(3600)
  assert.equal((await fixture.bank.getDocument('alice', documentId)).status, 'EXPIRED')
  await refused(fixture.phone(device).signDocument(documentId, signature), 'STATE_FORBIDS', 409)
})

test('everything is there after a restart', async () => {
  const { documentId } = await handIn()
  await fixture.restart()
  assert.equal((await fixture.phone(device).signDocument(documentId, signature)).status, 'SIGNED')
})

test('no password, code or token is in the log', () => {
  const log = fixture.environment.logger.text()
  for (const secret of ['vault door', fixture.authorization, 'pa_signature="']) assert.ok(!log.includes(secret), secret)
})

/** The service's context over the fixture's data, for what no call reaches: the job. */
function contextOf(): OrchestratorContext {
  const { environment, outside, clock } = fixture
  return {
    db: environment.database.forSchema<OrchestratorTables>(orchestratorSchema),
    blobs: environment.blobs,
    logger: environment.logger,
    clock,
    signer: testSigner(outside, clock),
    settings: { maxDocumentBytes: 1, waitingTimeoutSeconds: 3600, enrollmentServerUrl: '', applicationId: '' },
  } as Partial<OrchestratorContext> as OrchestratorContext
}
