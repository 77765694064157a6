import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  embedSignature,
  type PadesErrorCode,
  prepareSignature,
  probeTimeStampBytes,
  type TimeStampTransport,
  validateSignatures,
} from '@cloudsigner/pades'
import { bytesSource } from '@cloudsigner/pdf'
import {
  buildTimeStampRejection,
  buildTimeStampResponse,
  issueTimeStampToken,
  keyUsage,
  parseTimeStampRequest,
  type TimeStampRequest,
  type TstInfo,
} from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { makePdf } from '@cloudsigner/testing'
import { type Entity, issue, issuing, root, signer, tsa } from '../validate/authority.ts'

const file = makePdf()
const now = new Date('2026-07-01T12:00:00Z')

interface Authority {
  readonly by?: Entity
  readonly certificates?: readonly Entity[]
  readonly change?: (info: TstInfo, request: TimeStampRequest) => TstInfo
}

/** An authority that answers as RFC 3161 asks, but for what a test changes. */
function authority({ by = tsa, certificates = [by], change = (info) => info }: Authority = {}): TimeStampTransport {
  return async (bytes) => {
    const request = parseTimeStampRequest(bytes)
    const info: TstInfo = {
      policy: '1.2.3',
      messageImprint: request.messageImprint,
      serialNumber: '0A',
      genTime: now,
      accuracySeconds: null,
      ordering: false,
      nonce: request.nonce,
    }
    const options = { tsaCertificate: by.der, certificates: certificates.map(({ der }) => der), crypto: nodeCrypto }
    return buildTimeStampResponse(await issueTimeStampToken(change(info, request), options, by.key))
  }
}

const timestampTokenBytes = await probeTimeStampBytes({
  transport: authority(),
  crypto: nodeCrypto,
  hashAlgorithm: 'SHA-256',
})

async function prepare(reserved = timestampTokenBytes) {
  const { plan, signedAttributes } = await prepareSignature(bytesSource(file), {
    certificate: signer.der,
    chain: [issuing.der],
    signingTime: now,
    crypto: nodeCrypto,
    timestampTokenBytes: reserved,
  })
  return { plan, signature: await signer.key.sign(signedAttributes) }
}

test('a signature with a time-stamp is PAdES B-T, its time proven by the token', async () => {
  const { plan, signature } = await prepare()
  const segment = await embedSignature(plan, signature, { crypto: nodeCrypto, timeStamp: authority() })
  const { signatures } = await validateSignatures(bytesSource(new Uint8Array([...file, ...segment])), {
    trustAnchors: [root.der],
    at: now,
    revocation: 'off',
    crypto: nodeCrypto,
  })
  const [report] = signatures
  assert.equal(report?.level, 'B-T')
  assert.equal(report.indication, 'TOTAL_PASSED')
  assert.equal(report.bestSignatureTime, now.toISOString())
  assert.deepEqual(
    report.timestamps.map(({ type, intact, indication }) => [type, intact, indication]),
    [['SIGNATURE_TIMESTAMP', true, 'TOTAL_PASSED']],
  )
})

test('the same plan without an authority is B-B', async () => {
  const { plan, signature } = await prepare()
  const segment = await embedSignature(plan, signature, { crypto: nodeCrypto })
  const { signatures } = await validateSignatures(bytesSource(new Uint8Array([...file, ...segment])), {
    trustAnchors: [root.der],
    at: now,
    revocation: 'off',
    crypto: nodeCrypto,
  })
  assert.equal(signatures[0]?.level, 'B-B')
})

const general = await issue('CN=General', { issuer: root, serial: 9, extensions: [keyUsage('digitalSignature')] })

const refusals: readonly (readonly [string, TimeStampTransport, PadesErrorCode])[] = [
  ['an authority that does not answer', () => Promise.reject(new Error('refused')), 'timestamp_unavailable'],
  ['a rejection', async () => buildTimeStampRejection('badAlg', 'no SHA-256 here'), 'timestamp_unavailable'],
  ['what is no response', async () => Uint8Array.of(1, 2, 3), 'timestamp_invalid'],
  ['a response whose token is none', async () => buildTimeStampResponse(Uint8Array.of(0x30, 0)), 'timestamp_invalid'],
  [
    'the imprint of something else',
    authority({
      change: (info) => ({
        ...info,
        messageImprint: { hashAlgorithm: 'SHA-256', hashedMessage: new Uint8Array(32) },
      }),
    }),
    'timestamp_invalid',
  ],
  [
    'an answer to another request',
    authority({ change: (info) => ({ ...info, nonce: Uint8Array.of(0x41) }) }),
    'timestamp_invalid',
  ],
  ['an answer without the nonce', authority({ change: (info) => ({ ...info, nonce: null }) }), 'timestamp_invalid'],
  ['a certificate that is not for time-stamping', authority({ by: general }), 'timestamp_invalid'],
  ['a token without its certificate', authority({ certificates: [] }), 'timestamp_invalid'],
  [
    'a time before the certificate was valid',
    authority({ change: (info) => ({ ...info, genTime: new Date('2020-01-01T00:00:00Z') }) }),
    'timestamp_invalid',
  ],
  ['a signature by another key', authority({ by: { ...tsa, key: general.key } }), 'timestamp_invalid'],
  [
    'a token that is larger than any before',
    authority({ certificates: [tsa, root, issuing, general, signer] }),
    'timestamp_too_large',
  ],
]

for (const [what, timeStamp, code] of refusals)
  test(`refuses ${what}: ${code}`, async () => {
    const { plan, signature } = await prepare()
    await assert.rejects(embedSignature(plan, signature, { crypto: nodeCrypto, timeStamp }), { code })
  })

test('an authority is asked only once the signature has been verified', async () => {
  const { plan } = await prepare()
  let asked = false
  const timeStamp = async () => {
    asked = true
    return new Uint8Array()
  }
  await assert.rejects(embedSignature(plan, new Uint8Array(70), { crypto: nodeCrypto, timeStamp }), {
    code: 'signature_invalid',
  })
  assert.equal(asked, false)
})

test('a plan that kept no space for a token takes none', async () => {
  const { plan, signature } = await prepare(0)
  await assert.rejects(embedSignature(plan, signature, { crypto: nodeCrypto, timeStamp: authority() }), {
    code: 'timestamp_too_large',
  })
})
