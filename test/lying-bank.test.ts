/** A phone does not believe its bank: whatever is changed on the way to it, it signs what it has shown, or nothing. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import {
  type Approval,
  basicConstraints,
  buildApproval,
  issueCertificate,
  keyUsage,
  nameFromString,
  parseCertificate,
  readApproval,
} from '@cloudsigner/pki'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'
import { type DocumentRefusal, DocumentRefused } from '../apps/cli/src/device/document-refused.ts'
import { memoryCertificates } from '../apps/cli/src/device/own-certificate.ts'
import { Phone } from '../apps/cli/src/device/phone.ts'
import { activatedCustomer, type Customer, fromBase64, pin } from './customers.ts'
import { openStack, type Stack } from './stack.ts'

const contract = new Uint8Array(await readFile(new URL('../examples/consumer-loan.pdf', import.meta.url)))
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** What the bank's answers become on the way to the phone: by the end of the path, of JSON or of bytes. */
interface Lie {
  readonly path: RegExp
  readonly json?: (answer: Record<string, unknown>) => Record<string, unknown>
  readonly bytes?: (answer: Buffer) => Buffer
}

let stack: Stack
let lie: Lie | null = null
/** Everything that the phone sent since it was last emptied. */
let sent: string[] = []
let external: LyingCustomer
let cloud: LyingCustomer
interface LyingCustomer extends Customer {
  readonly documentId: string
  readonly otherDocumentId: string
}

before(async () => {
  stack = await openStack()
  external = await customerOf('alice', 'EXTERNAL')
  cloud = await customerOf('boris', 'CLOUD')
})
after(() => stack.close())

const lyingFetch: typeof globalThis.fetch = async (input, init) => {
  const { pathname } = new URL(String(input))
  sent.push(`${init?.method ?? 'GET'} ${pathname}`)
  const response = await fetch(input, init)
  if (lie === null || !response.ok || !lie.path.test(pathname)) return response
  const bytes = Buffer.from(await response.arrayBuffer())
  if (lie.bytes) return new Response(new Uint8Array(lie.bytes(bytes)), response)
  return Response.json(lie.json?.(JSON.parse(bytes.toString())))
}

async function customerOf(userId: string, mode: 'EXTERNAL' | 'CLOUD'): Promise<LyingCustomer> {
  const customer = await activatedCustomer(stack, userId)
  const { mobileSdkConfig, enrollmentServerUrl: url } = await stack.bank.getMobileApplication()
  const options = {
    mobileSdkConfig,
    url,
    pin,
    storage: customer.storage,
    certificates: memoryCertificates(),
    fetch: lyingFetch,
  }
  const phone = await Phone.open(options)
  await phone.enrol(stack.orchestratorUrl, { mode })
  const handIn = async (name: string) => {
    const upload = { name, fileName: 'c.pdf', file: contract, activationId: customer.activationId }
    return (await stack.bank.createDocument(userId, upload)).documentId
  }
  return { ...customer, phone, documentId: await handIn('One'), otherDocumentId: await handIn('Two') }
}

/** The phone refuses with this code, having approved nothing, signed nothing and sent nothing. */
async function refuses({ phone, documentId }: LyingCustomer, code: DocumentRefusal, told: Lie): Promise<void> {
  lie = told
  sent = []
  try {
    await assert.rejects(
      phone
        .review(stack.orchestratorUrl, documentId)
        .then((reviewed) => phone.signDocument(stack.orchestratorUrl, reviewed)),
      (error) => {
        assert.ok(error instanceof DocumentRefused, String(error))
        assert.equal(error.code, code)
        return true
      },
    )
  } finally {
    lie = null
  }
  const decisions = sent.filter((call) => /signature|vault|authorize/.test(call))
  assert.deepEqual(decisions, [], 'nothing was approved, signed or sent')
}

const document = /\/app\/documents\/[^/]+$/
const prepared = /\/prepared$/
const signer = /\/app\/signer$/
const detail = /\/operation\/detail$/

for (const mode of ['EXTERNAL', 'CLOUD'] as const) {
  const customer = () => (mode === 'EXTERNAL' ? external : cloud)

  test(`${mode}: a byte of the file is changed`, async () => {
    await refuses(customer(), 'other_hash', {
      path: prepared,
      bytes: (file) => {
        // In a comment of the original, say: nothing that a reader stumbles over.
        file[contract.length >> 1] = (file[contract.length >> 1] ?? 0) ^ 1
        return file
      },
    })
  })

  test(`${mode}: the file is another document's`, async () => {
    const other = await customer().phone.bank(stack.orchestratorUrl).downloadPrepared(customer().otherDocumentId)
    const bytes = Buffer.from(await new Response(other.body).arrayBuffer())
    // The same contract, uploaded twice: what differs is the moment, and that is enough.
    if (bytes.equals(await preparedOf(customer()))) bytes[10] = (bytes[10] ?? 0) ^ 1
    await refuses(customer(), 'other_hash', { path: prepared, bytes: () => bytes })
  })

  test(`${mode}: the file has no signature that waits, or bytes behind it`, async () => {
    await refuses(customer(), 'not_prepared', { path: prepared, bytes: (file) => file.subarray(0, contract.length) })
    const more = Buffer.from('\n% and this too')
    await refuses(customer(), 'not_prepared', { path: prepared, bytes: (file) => Buffer.concat([file, more]) })
    await refuses(customer(), 'not_prepared', { path: prepared, bytes: () => Buffer.from('no PDF') })
  })

  test(`${mode}: the hash is that of something else`, async () => {
    const hash = base64(nodeCrypto.random(200))
    await refuses(customer(), 'other_hash', { path: document, json: (answer) => ({ ...answer, hash }) })
  })

  test(`${mode}: the document is another device's, or waits no longer`, async () => {
    const activationId = crypto.randomUUID()
    await refuses(customer(), 'other_device', { path: document, json: (answer) => ({ ...answer, activationId }) })
    await refuses(customer(), 'not_waiting', { path: document, json: (answer) => ({ ...answer, hash: null }) })
  })
}

async function preparedOf({ phone, documentId }: LyingCustomer): Promise<Buffer> {
  const { body } = await phone.bank(stack.orchestratorUrl).downloadPrepared(documentId)
  return Buffer.from(await new Response(body).arrayBuffer())
}

/** A certificate as good as any, for this key. */
async function certificateFor(subjectPublicKeyInfo: Uint8Array, subject: string): Promise<string> {
  const { signer: ca } = await generateKeySigner('P-256')
  const certificate = await issueCertificate(
    {
      serialNumber: Uint8Array.of(9),
      issuer: nameFromString('CN=Somebody'),
      subject: nameFromString(subject),
      notBefore: new Date('2020-01-01T00:00:00Z'),
      notAfter: new Date('2040-01-01T00:00:00Z'),
      subjectPublicKeyInfo,
      extensions: [basicConstraints(false), keyUsage('nonRepudiation')],
    },
    ca,
  )
  return base64(certificate)
}

test('External mode: the certificate is for another key', async () => {
  const { signer: other } = await generateKeySigner('P-256')
  const certificate = await certificateFor(other.subjectPublicKeyInfo, 'CN=Alice')
  await refuses(external, 'certificate_other_key', { path: signer, json: (answer) => ({ ...answer, certificate }) })
  await refuses(external, 'certificate_other_key', {
    path: signer,
    json: (answer) => ({ ...answer, certificate: 'AAAA' }),
  })
})

test('External mode: a phone without a key in the cloud is told that it has one', async () => {
  const { approval } = await cloud.phone.bank(stack.orchestratorUrl).getDocument(cloud.documentId)
  await refuses(external, 'certificate_unknown', { path: document, json: (answer) => ({ ...answer, approval }) })
})

test('Cloud mode: the certificate is not the one of the enrolment', async () => {
  const { certificate: own } = await cloud.phone.bank(stack.orchestratorUrl).getSigner()
  const { subjectPublicKeyInfo } = parseCertificate(fromBase64(own))
  const { signer: other } = await generateKeySigner('P-256')
  for (const certificate of [
    await certificateFor(other.subjectPublicKeyInfo, parseCertificate(fromBase64(own)).subject.rfc4514),
    await certificateFor(subjectPublicKeyInfo, 'CN=Somebody Else'),
    'AAAA',
  ]) {
    await refuses(cloud, 'certificate_not_pinned', { path: signer, json: (answer) => ({ ...answer, certificate }) })
  }
})

test('Cloud mode: nothing to approve, or what is no approval', async () => {
  const approvalOf = (change: (toBeSigned: string) => unknown): Lie => ({
    path: document,
    json: (answer) => {
      const approval = answer.approval as { readonly toBeSigned: string }
      return {
        ...answer,
        approval: change(approval.toBeSigned) && { ...approval, toBeSigned: change(approval.toBeSigned) },
      }
    },
  })
  await refuses(
    cloud,
    'approval_missing',
    approvalOf(() => null),
  )
  await refuses(
    cloud,
    'approval_malformed',
    approvalOf(() => 'AAAA'),
  )
  await refuses(
    cloud,
    'approval_malformed',
    approvalOf((text) => base64(Buffer.concat([fromBase64(text), Buffer.of(0)]))),
  )
  const { hash } = await cloud.phone.bank(stack.orchestratorUrl).getDocument(cloud.documentId)
  await refuses(
    cloud,
    'approval_malformed',
    approvalOf(() => hash ?? ''),
  )
})

const others: readonly (readonly [string, DocumentRefusal, (approval: Approval) => Partial<Approval>])[] = [
  ['signer', 'approval_other_signer', () => ({ signerId: crypto.randomUUID() })],
  ['certificate', 'approval_other_certificate', () => ({ credential: nodeCrypto.random(32) })],
  [
    'document of the same content',
    'approval_other_document',
    ({ documents }) => ({ documents: documents.map((each) => ({ ...each, documentId: crypto.randomUUID() })) }),
  ],
  [
    'content',
    'approval_other_document',
    ({ documents }) => ({ documents: documents.map((each) => ({ ...each, dtbsr: nodeCrypto.random(32) })) }),
  ],
  [
    'document besides',
    'approval_other_document',
    ({ documents }) => ({ documents: [...documents, { documentId: 'more', dtbsr: nodeCrypto.random(32) }] }),
  ],
  [
    'kind of signature',
    'approval_other_algorithm',
    // ecdsa-with-SHA384 (RFC 5758 §3.2).
    () => ({ signatureAlgorithm: Uint8Array.fromHex('300a06082a8648ce3d040303') }),
  ],
]
for (const [what, code, change] of others) {
  test(`Cloud mode: the approval is for another ${what}`, async () => {
    await refuses(cloud, code, {
      path: document,
      json: (answer) => {
        const told = answer.approval as { readonly toBeSigned: string }
        const approval = readApproval(fromBase64(told.toBeSigned))
        const toBeSigned = base64(buildApproval({ ...approval, ...change(approval) }))
        return { ...answer, approval: { ...told, toBeSigned } }
      },
    })
  })
}

test('Cloud mode: the approval is over', async () => {
  await refuses(cloud, 'approval_expired', {
    path: document,
    json: (answer) => {
      const told = answer.approval as { readonly toBeSigned: string }
      const approval = readApproval(fromBase64(told.toBeSigned))
      const toBeSigned = base64(buildApproval({ ...approval, notAfter: new Date('2020-01-01T00:00:00Z') }))
      return { ...answer, approval: { ...told, toBeSigned } }
    },
  })
})

test('Cloud mode: the operation authenticates something else', async () => {
  const dataOf = (change: (data: string) => string): Lie => ({
    path: detail,
    json: (answer) => {
      const operation = answer.responseObject as { readonly data: string }
      return { ...answer, responseObject: { ...operation, data: change(operation.data) } }
    },
  })
  const zeros = '0'.repeat(64)
  await refuses(
    cloud,
    'operation_other',
    dataOf((data) => data.replace(/\*T[0-9a-f]{64}\*/, `*T${zeros}*`)),
  )
  await refuses(
    cloud,
    'operation_other',
    dataOf((data) => data.replace(/\*T[0-9a-f]{64}$/, `*T${zeros}`)),
  )
  await refuses(
    cloud,
    'operation_other',
    dataOf(() => 'A1*A100CZK*ICZ2730300000001165254011'),
  )
  await refuses(
    cloud,
    'operation_other',
    dataOf(() => 'nothing of the kind'),
  )
  await refuses(cloud, 'operation_other', {
    path: detail,
    json: (answer) => ({ ...answer, responseObject: { ...(answer.responseObject as object), name: 'login' } }),
  })
})

test("Cloud mode: the operation is another document's, or has ended", async () => {
  const { approval } = await cloud.phone.bank(stack.orchestratorUrl).getDocument(cloud.otherDocumentId)
  await refuses(cloud, 'operation_other', {
    path: document,
    json: (answer) => ({
      ...answer,
      approval: { ...(answer.approval as object), operationId: approval?.operationId },
    }),
  })
  await refuses(cloud, 'operation_ended', {
    path: detail,
    json: (answer) => ({ ...answer, responseObject: { ...(answer.responseObject as object), status: 'CANCELED' } }),
  })
})

test('Cloud mode: at enrolment the phone signs a binding of its own key, and nothing else', async () => {
  const { phone, activationId } = await activatedLiar('carol')
  const challenge = /\/challenges$/
  const other = (await cloud.phone.bank(stack.orchestratorUrl).createEnrolChallenge()).toBeSigned
  for (const [toBeSigned, code] of [
    [other, 'binding_other_signer'],
    ['AAAA', 'binding_malformed'],
    [base64(createHash('sha256').update(activationId).digest()), 'binding_malformed'],
  ] as const) {
    lie = { path: challenge, json: (answer) => ({ ...answer, toBeSigned }) }
    sent = []
    await assert.rejects(phone.enrol(stack.orchestratorUrl, { mode: 'CLOUD' }), { name: 'DocumentRefused', code })
    assert.ok(!sent.some((call) => /vault/.test(call)), 'the vault stays closed')
  }
  lie = null
  assert.equal((await phone.enrol(stack.orchestratorUrl, { mode: 'CLOUD' })).mode, 'CLOUD')
})

async function activatedLiar(userId: string): Promise<Customer> {
  const customer = await activatedCustomer(stack, userId)
  const { mobileSdkConfig, enrollmentServerUrl: url } = await stack.bank.getMobileApplication()
  return {
    ...customer,
    phone: await Phone.open({ mobileSdkConfig, url, pin, storage: customer.storage, fetch: lyingFetch }),
  }
}

test('told the truth, both phones sign', async () => {
  for (const { phone, documentId } of [external, cloud]) {
    const reviewed = await phone.review(stack.orchestratorUrl, documentId)
    assert.equal((await phone.signDocument(stack.orchestratorUrl, reviewed)).status, 'SIGNED')
  }
})
