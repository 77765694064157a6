/** What is signed is what was shown: each thing that a server could ask for instead is refused. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { bytesSource, prepareSignature, type RebuiltSignature } from '@cloudsigner/pades'
import {
  buildApproval,
  type Certificate,
  encodeBase64,
  hashAlgorithmIdentifier,
  issueCertificate,
  nameFromString,
  parseCertificate,
  readApproval,
} from '@cloudsigner/pki'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'
import { makePdf } from '@cloudsigner/testing'
import { type DocumentRefusal, DocumentRefused } from '../src/phone/document-refused.ts'
import {
  comparisonCode,
  type PreparedFile,
  rebuild,
  requireApprovalHash,
  requireSameApproval,
  requireSameAttributes,
} from '../src/phone/prepared.ts'

const original = makePdf()
const shown = { signerId: 'activation', documentId: 'document' } as const
let certificate: Certificate
let other: Certificate
let file: PreparedFile
let rebuilt: RebuiltSignature
let wanted: string

before(async () => {
  certificate = await certificateOf('CN=Alice')
  other = await certificateOf('CN=Alice')
  const options = { chain: [], signingTime: new Date('2026-11-25T10:00:00Z'), crypto: nodeCrypto }
  const prepared = await prepareSignature(bytesSource(original), { ...options, certificate: certificate.der })
  const bytes = new Uint8Array([...original, ...Buffer.from(prepared.plan.segment, 'base64')])
  file = { bytes, originalSize: original.length }
  wanted = encodeBase64(prepared.signedAttributes)
  rebuilt = await rebuild(file, certificate, nodeCrypto)
})

async function certificateOf(name: string): Promise<Certificate> {
  const { signer } = await generateKeySigner('P-256')
  const fields = {
    serialNumber: Uint8Array.of(1),
    issuer: nameFromString(name),
    subject: nameFromString(name),
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2036-01-01T00:00:00Z'),
    subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
    extensions: [],
  }
  return parseCertificate(await issueCertificate(fields, signer))
}

/** The approval that an honest server makes, and the same with something else in it. */
function approval(change: Partial<Parameters<typeof buildApproval>[0]> = {}): string {
  const { digestAlgorithm, signatureAlgorithm, signedAttributes } = rebuilt
  const dtbsr = nodeCrypto.digest(digestAlgorithm, signedAttributes)
  return encodeBase64(
    buildApproval({
      signerId: shown.signerId,
      credential: nodeCrypto.digest('SHA-256', certificate.der),
      signatureAlgorithm,
      digestAlgorithm: hashAlgorithmIdentifier(digestAlgorithm),
      documents: [{ documentId: shown.documentId, dtbsr }],
      notAfter: new Date('2026-11-25T10:05:00Z'),
      nonce: new Uint8Array(32).fill(7),
      ...change,
    }),
  )
}

const refusedAs = (refusal: DocumentRefusal) => (error: unknown) =>
  error instanceof DocumentRefused && error.refusal === refusal

test('what an honest server wants is what the phone has computed', () => {
  assert.equal(encodeBase64(requireSameAttributes(wanted, rebuilt)), wanted)
  const toBeSigned = requireSameApproval(approval(), { ...shown, certificate }, rebuilt, nodeCrypto)
  assert.equal(encodeBase64(toBeSigned), approval())
})

test('a document that was changed after it was prepared has other attributes', async () => {
  const bytes = file.bytes.slice()
  const at = original.length >> 1
  bytes[at] = (bytes[at] ?? 0) ^ 1
  const found = await rebuild({ ...file, bytes }, certificate, nodeCrypto).catch((error: unknown) => error)
  if (found instanceof Error) assert.ok(refusedAs('not_prepared')(found))
  else assert.throws(() => requireSameAttributes(wanted, found as RebuiltSignature), refusedAs('other_attributes'))
})

test('a certificate of another key gives other attributes', async () => {
  const foreign = await rebuild(file, other, nodeCrypto)
  assert.throws(() => requireSameAttributes(wanted, foreign), refusedAs('other_attributes'))
  assert.throws(() => requireSameAttributes(null, rebuilt), refusedAs('other_attributes'))
})

test('a file without a place for the signature is refused', async () => {
  const plain = { bytes: original, originalSize: original.length - 1 }
  await assert.rejects(rebuild(plain, certificate, nodeCrypto), refusedAs('not_prepared'))
  await assert.rejects(
    rebuild({ ...file, originalSize: file.bytes.length }, certificate, nodeCrypto),
    refusedAs('not_prepared'),
  )
  const noise = { bytes: new Uint8Array(100), originalSize: 1 }
  await assert.rejects(rebuild(noise, certificate, nodeCrypto), refusedAs('not_prepared'))
})

test('an approval of anything else is refused', () => {
  const { documents } = readApproval(Buffer.from(approval(), 'base64'))
  const dtbsr = new Uint8Array(32)
  const changes = [
    { signerId: 'another' },
    { credential: nodeCrypto.digest('SHA-256', other.der) },
    { documents: [{ documentId: shown.documentId, dtbsr }] },
    { documents: [{ documentId: 'another', dtbsr: documents[0]?.dtbsr ?? dtbsr }] },
    { documents: [...documents, { documentId: 'another', dtbsr }] },
  ]
  for (const change of changes)
    assert.throws(
      () => requireSameApproval(approval(change), { ...shown, certificate }, rebuilt, nodeCrypto),
      refusedAs('other_approval'),
      Object.keys(change).join(),
    )
  assert.throws(
    () => requireSameApproval(wanted, { ...shown, certificate }, rebuilt, nodeCrypto),
    refusedAs('other_approval'),
  )
})

test('an operation that carries the hash of another approval is refused', () => {
  const hash = 'AB'.repeat(32)
  requireApprovalHash(`A0*T${hash.toLowerCase()}*NLoan*Tcd`, hash)
  for (const data of [
    `A0*T${'cd'.repeat(32)}*NLoan`,
    `A0*NLoan*T${hash.toLowerCase()}`,
    `A1*T${hash.toLowerCase()}`,
    '',
  ])
    assert.throws(() => requireApprovalHash(data, hash), refusedAs('other_approval'), data)
})

test('the comparison code is the beginning of the digest of what the bank handed in', () => {
  const digest = Buffer.from(nodeCrypto.digest('SHA-256', original)).toString('hex')
  assert.equal(comparisonCode(file, nodeCrypto), `${digest.slice(0, 4)} ${digest.slice(4, 8)}`)
})
