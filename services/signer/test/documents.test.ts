import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { DocumentUpload } from '@cloudsigner/clients/signer'
import { bytesSource, validateSignatures } from '@cloudsigner/pades'
import { nodeCiphers } from '@cloudsigner/pades/node'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'
import { encryptedByQpdf } from '@cloudsigner/testing'
import { type Fixture, openFixture, type Phone } from './fixture.ts'
import { refused } from './refused.ts'

const contract = new Uint8Array(await readFile(new URL('../../../examples/consumer-loan.pdf', import.meta.url)))

let fixture: Fixture
let phone: Phone
before(async () => {
  fixture = await openFixture()
  phone = await fixture.newSigner()
})
after(() => fixture.close())

const upload = (file: DocumentUpload['file'] = contract, signerId = phone.activationId) =>
  fixture.client.uploadDocument({ signerId, externalId: 'c-1', name: 'Contract', fileName: 'smlouva č. 1.pdf', file })

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const sign = async (hash: string, by: Phone = phone) => base64(await by.key.sign(Buffer.from(hash, 'base64')))

async function download(documentId: string, range?: string) {
  const answer = await fixture.client.downloadDocument(documentId, range)
  return { ...answer, bytes: new Uint8Array(await new Response(answer.body).arrayBuffer()) }
}

/** Blobs that lie in the store, for asserting that nothing is left of what was refused. */
async function blobs(): Promise<readonly string[]> {
  return (await Array.fromAsync(fixture.environment.blobs.list(''))).sort()
}

/** Runs what must store nothing. */
async function storesNothing(work: () => Promise<unknown>): Promise<void> {
  const before = await blobs()
  await work()
  assert.deepEqual(await blobs(), before)
}

async function signed(): Promise<{ documentId: string; signature: string }> {
  const { documentId, hash } = await upload()
  const signature = await sign(hash)
  await fixture.client.signDocument(documentId, { signature })
  return { documentId, signature }
}

test('a document is uploaded, signed and downloaded: the original, and what the signature appends', async () => {
  const document = await upload()
  assert.deepEqual(
    { ...document, documentId: '', hash: '' },
    {
      documentId: '',
      signerId: phone.activationId,
      externalSignerId: phone.activationId,
      externalId: 'c-1',
      name: 'Contract',
      fileName: 'smlouva č. 1.pdf',
      size: contract.length,
      hash: '',
    },
  )
  assert.equal(Buffer.from(document.hash, 'base64')[0], 0x31, 'the hash is a DER SET OF')
  const answer = await fixture.client.signDocument(document.documentId, {
    signature: await sign(document.hash),
    signatureLevel: 'PADES_B_B',
  })
  assert.deepEqual(answer, {
    documentId: document.documentId,
    uri: `${fixture.url}/documents/${document.documentId}`,
  })
  const file = await download(document.documentId)
  assert.equal(file.status, 200)
  assert.equal(file.headers.get('content-type'), 'application/pdf')
  assert.equal(file.headers.get('accept-ranges'), 'bytes')
  assert.equal(Number(file.headers.get('content-length')), file.bytes.length)
  assert.deepEqual(file.bytes.subarray(0, contract.length), contract)
  assert.ok(file.bytes.length > contract.length)
})

test('a stream is uploaded as it comes', async () => {
  async function* pieces() {
    for (let at = 0; at < contract.length; at += 1000) yield contract.subarray(at, at + 1000)
  }
  const document = await upload(pieces())
  assert.equal(document.size, contract.length)
})

test('a signed document is not signed again, by the same signature or another, and stays what it is', async () => {
  const { documentId, signature } = await signed()
  const file = await new Response((await fixture.client.downloadDocument(documentId)).body).bytes()
  for (const value of [signature, base64(await phone.key.sign(new Uint8Array([1])))]) {
    await refused(
      fixture.client.signDocument(documentId, { signature: value }),
      'ILLEGAL_OPERATION_ERROR',
      400,
      /SIGNED and cannot be signed/,
    )
  }
  assert.deepEqual(await new Response((await fixture.client.downloadDocument(documentId)).body).bytes(), file)
})

test('the same signature many times at once: one file, one answer, the others refused', async () => {
  const { documentId, hash } = await upload()
  const signature = await sign(hash)
  const before = await blobs()
  const answers = await Promise.allSettled(
    Array.from({ length: 5 }, () => fixture.client.signDocument(documentId, { signature })),
  )
  assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal((await blobs()).length, before.length + 1)
})

test('signatures that do not verify are refused, and the document still waits', async () => {
  const { documentId, hash } = await upload()
  const { signer: stranger } = await generateKeySigner('P-256')
  const right = Buffer.from(await sign(hash), 'base64')
  const wrong = [
    base64(await stranger.sign(Buffer.from(hash, 'base64'))),
    base64(await phone.key.sign(createHash('sha256').update(Buffer.from(hash, 'base64')).digest())),
    base64(right.subarray(0, right.length - 1)),
    base64(Buffer.concat([right, Uint8Array.of(0)])),
    base64(Uint8Array.of(1, 2, 3)),
  ]
  await storesNothing(async () => {
    for (const signature of wrong) {
      await refused(
        fixture.client.signDocument(documentId, { signature }),
        'DOCUMENT_INVALID_SIGNATURE_ERROR',
        400,
        /does not verify/,
      )
    }
  })
  await fixture.client.signDocument(documentId, { signature: base64(right) })
})

test('a signature that is not Base64 is a bad request', async () => {
  const { documentId, hash } = await upload()
  for (const signature of ['%%%', 'AAA', `${await sign(hash)}\n`]) {
    await refused(fixture.client.signDocument(documentId, { signature }), 'REQUEST_VALIDATION_ERROR', 400, /signature/)
  }
})

test('before it is signed a document has no file', async () => {
  const { documentId } = await upload()
  await refused(fixture.client.downloadDocument(documentId), 'ILLEGAL_OPERATION_ERROR', 400, /WAITING/)
})

test('a document waits for an hour and no longer', async () => {
  const { documentId, hash } = await upload()
  const signature = await sign(hash)
  fixture.clock.advance(3600)
  await refused(fixture.client.signDocument(documentId, { signature }), 'ILLEGAL_OPERATION_ERROR', 400, /has passed/)
})

test('a rejected document is not signed; a signed one is not rejected', async () => {
  const document = await upload()
  const { documentId, hash, name, fileName, size } = document
  assert.deepEqual(await fixture.client.rejectDocument(documentId), { documentId, name, fileName, size, hash })
  await fixture.client.rejectDocument(documentId)
  await refused(
    fixture.client.signDocument(documentId, { signature: await sign(hash) }),
    'ILLEGAL_OPERATION_ERROR',
    400,
    /REJECTED/,
  )
  const other = await signed()
  await refused(fixture.client.rejectDocument(other.documentId), 'ILLEGAL_OPERATION_ERROR', 400, /SIGNED/)
})

test('a deleted document is gone with its blobs, signed or not', async () => {
  await storesNothing(async () => {
    const one = await upload()
    const two = await signed()
    for (const { documentId } of [one, two]) {
      await fixture.client.deleteDocument(documentId)
      await refused(fixture.client.downloadDocument(documentId), 'ERROR_RESOURCE_NOT_FOUND', 400, /no such document/)
      await refused(fixture.client.deleteDocument(documentId), 'ERROR_RESOURCE_NOT_FOUND', 400, /no such document/)
    }
  })
})

test('an unknown id, of whatever form, is ERROR_RESOURCE_NOT_FOUND', async () => {
  const signature = base64(Uint8Array.of(1))
  for (const id of ['no-uuid', crypto.randomUUID(), 'a/b', "';--"]) {
    await refused(fixture.client.signDocument(id, { signature }), 'ERROR_RESOURCE_NOT_FOUND', 400, /no such document/)
    await refused(fixture.client.rejectDocument(id), 'ERROR_RESOURCE_NOT_FOUND', 400, /no such document/)
    await refused(fixture.client.deleteDocument(id), 'ERROR_RESOURCE_NOT_FOUND', 400, /no such document/)
    await refused(fixture.client.downloadDocument(id), 'ERROR_RESOURCE_NOT_FOUND', 400, /no such document/)
  }
})

test('between upload and signature: BLOCKED refuses and ACTIVE lets on; REVOKED and REMOVED are for good', async () => {
  const mine = await fixture.newSigner()
  const { documentId, hash } = await upload(contract, mine.activationId)
  const signature = await sign(hash, mine)
  await fixture.client.setSignerStatus(mine.activationId, { signerStatus: 'BLOCKED' })
  await refused(fixture.client.signDocument(documentId, { signature }), 'ILLEGAL_OPERATION_ERROR', 400, /BLOCKED/)
  await refused(upload(contract, mine.activationId), 'ILLEGAL_OPERATION_ERROR', 400, /BLOCKED/)
  await fixture.client.setSignerStatus(mine.activationId, { signerStatus: 'ACTIVE' })
  await fixture.client.signDocument(documentId, { signature })
  for (const signerStatus of ['REVOKED', 'REMOVED'] as const) {
    const other = await fixture.newSigner()
    const document = await upload(contract, other.activationId)
    await fixture.client.setSignerStatus(other.activationId, { signerStatus })
    await refused(
      fixture.client.signDocument(document.documentId, { signature: await sign(document.hash, other) }),
      'ILLEGAL_OPERATION_ERROR',
      400,
      new RegExp(signerStatus),
    )
  }
})

test('between upload and signature: a certificate revoked at the CA alone is refused', async () => {
  const mine = await fixture.newSigner()
  const { documentId, hash } = await upload(contract, mine.activationId)
  const serial = `10${fixture.outside.issued.length.toString(16).padStart(2, '0').toUpperCase()}`
  fixture.outside.revoked.set(serial, 'CERTIFICATE_HOLD')
  const signature = await sign(hash, mine)
  await storesNothing(() =>
    refused(fixture.client.signDocument(documentId, { signature }), 'ILLEGAL_OPERATION_ERROR', 400, /CERTIFICATE_HOLD/),
  )
  fixture.outside.revoked.delete(serial)
  await fixture.client.signDocument(documentId, { signature })
})

test('a CA out of reach at the signature: refused for now, signed later', async () => {
  const { documentId, hash } = await upload()
  const signature = await sign(hash)
  fixture.outside.faults = { ca: 'down' }
  await refused(fixture.client.signDocument(documentId, { signature }), 'CERTIFICATE_AUTHORITY_ERROR', 503, /CA/)
  fixture.outside.faults = {}
  await fixture.client.signDocument(documentId, { signature })
})

test('a signer blocked while the CA is asked: refused, and no blob stays', async () => {
  const mine = await fixture.newSigner()
  const { documentId, hash } = await upload(contract, mine.activationId)
  const signature = await sign(hash, mine)
  fixture.outside.duringRevocationCheck = () =>
    fixture.client.setSignerStatus(mine.activationId, { signerStatus: 'BLOCKED' })
  await storesNothing(() =>
    refused(fixture.client.signDocument(documentId, { signature }), 'ILLEGAL_OPERATION_ERROR', 400, /BLOCKED/),
  )
  fixture.outside.duringRevocationCheck = null
})

test('a document rejected, or deleted, while the CA is asked: refused, and no blob stays', async () => {
  for (const [act, code] of [
    ['rejectDocument', 'ILLEGAL_OPERATION_ERROR'],
    ['deleteDocument', 'ERROR_RESOURCE_NOT_FOUND'],
  ] as const) {
    await storesNothing(async () => {
      const { documentId, hash } = await upload()
      const signature = await sign(hash)
      fixture.outside.duringRevocationCheck = async () => void (await fixture.client[act](documentId))
      await refused(fixture.client.signDocument(documentId, { signature }), code, 400, /document/)
      fixture.outside.duringRevocationCheck = null
      if (act === 'rejectDocument') await fixture.client.deleteDocument(documentId)
    })
  }
})

test('a certificate that ran out between upload and signature is refused, and the job marks its signer', async () => {
  const own = await openFixture({ waitingTimeoutSeconds: 100 * 24 * 3600 })
  try {
    const mine = await own.newSigner()
    const document = await own.client.uploadDocument({
      signerId: mine.activationId,
      externalId: 'c-1',
      name: 'Contract',
      fileName: 'c.pdf',
      file: contract,
    })
    own.clock.advance(31 * 24 * 3600)
    await refused(
      own.client.signDocument(document.documentId, { signature: await sign(document.hash, mine) }),
      'ILLEGAL_OPERATION_ERROR',
      400,
      /in force/,
    )
  } finally {
    await own.close()
  }
})

const cut = contract.subarray(0, contract.length / 2)
for (const [what, file] of [
  ['nothing', new Uint8Array()],
  ['text', new TextEncoder().encode('Dear Sir or Madam, please sign here.')],
  ['a PDF cut in half', cut],
  ['a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
] as const) {
  test(`${what} is no document: said in a sentence, and nothing is stored`, () =>
    storesNothing(() => refused(upload(file), 'DOCUMENT_UPLOAD_ERROR', 400, /file/)))
}

for (const [what, kind, reason] of [
  ['a password', 'R 6, AESV3', /password/],
  ['more permissions than its empty password gives', 'R 6, AESV3, object streams', /permissions/],
] as const) {
  test(`an encrypted document that needs ${what} is refused, and nothing is stored`, () => {
    const file = Uint8Array.fromBase64(encryptedByQpdf[kind])
    return storesNothing(() => refused(upload(file), 'DOCUMENT_UPLOAD_ERROR', 400, reason))
  })
}

test('an encrypted document that opens without a password is signed encrypted', async () => {
  const file = Uint8Array.fromBase64(encryptedByQpdf['R 6, AESV3, open to all'])
  const { documentId, hash } = await upload(file)
  await fixture.client.signDocument(documentId, { signature: await sign(hash) })
  const { bytes } = await download(documentId)
  assert.deepEqual(bytes.subarray(0, file.length), file)
  const { signatures } = await validateSignatures(bytesSource(bytes), {
    trustAnchors: [],
    at: new Date(),
    revocation: 'off',
    crypto: nodeCrypto,
    reading: { decryption: { ciphers: nodeCiphers } },
  })
  assert.deepEqual(
    signatures.map(({ intact, coverage }) => [intact, coverage]),
    [[true, 'ENTIRE_FILE']],
  )
})

test('an unknown signer uploads nothing', () =>
  storesNothing(() => refused(upload(contract, 'nobody'), 'ERROR_RESOURCE_NOT_FOUND', 400, /no such signer/)))
