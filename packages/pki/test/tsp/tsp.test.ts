import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  buildTimeStampRejection,
  buildTimeStampRequest,
  buildTimeStampResponse,
  buildTstInfo,
  issueTimeStampToken,
  PkiError,
  parseTimeStampRequest,
  parseTimeStampResponse,
  parseTimeStampToken,
  parseTstInfo,
  readSigningCertificate,
  type TimeStampRequest,
  type TstInfo,
} from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { AsnConvert } from '@peculiar/asn1-schema'
import * as asn1Tsp from '@peculiar/asn1-tsp'
import fc from 'fast-check'
import { boolean, encodeDer, encodeOid, explicit, integer, octetString, sequence } from '../../src/der/encode.ts'
import { hex, type Party, testPki } from '../fixture.ts'

const messageImprint = { hashAlgorithm: 'SHA-256', hashedMessage: new Uint8Array(32).fill(3) } as const
/** Content octets of an INTEGER (X.690 §8.3.2), negative ones among them. */
const minimalInteger = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .filter(([first, second]) => second === undefined || first !== (second < 0x80 ? 0x00 : 0xff))

const info: TstInfo = {
  policy: '0.4.0.2023.1.1',
  messageImprint,
  serialNumber: '81FF',
  genTime: new Date('2026-07-01T00:00:00Z'),
  accuracySeconds: 1,
  ordering: false,
  nonce: Uint8Array.of(0x80, 1),
}

describe('time-stamps', () => {
  let alice: Party
  before(async () => {
    ;({ alice } = await testPki())
  })

  test('requests survive the round trip, and @peculiar writes the same octets', () => {
    const request = fc.record<TimeStampRequest>(
      {
        messageImprint: fc.constant(messageImprint),
        reqPolicy: fc.constantFrom(null, '2.999.1'),
        nonce: fc.option(minimalInteger),
        certReq: fc.boolean(),
      },
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(request, (value) => {
        const der = buildTimeStampRequest(value)
        assert.deepEqual(parseTimeStampRequest(der), value)
        const other = AsnConvert.parse(der, asn1Tsp.TimeStampReq)
        assert.equal(hex(new Uint8Array(AsnConvert.serialize(other))), hex(der))
      }),
    )
  })

  test('a token says what was asked, and names its certificate (RFC 5816)', async () => {
    const token = await issueTimeStampToken(
      info,
      { tsaCertificate: alice.certificate.der, certificates: [], crypto: nodeCrypto },
      alice.signer,
    )
    const response = parseTimeStampResponse(buildTimeStampResponse(token))
    assert.ok('token' in response)
    const { tstInfo, signedData } = parseTimeStampToken(response.token)
    assert.deepEqual(tstInfo, info)
    assert.equal(signedData.version, 3)
    assert.deepEqual(signedData.certificates, [])
    const [signer] = signedData.signerInfos
    assert.ok(signer?.signedAttributes)
    assert.deepEqual(readSigningCertificate(signer)?.[0]?.certHash, nodeCrypto.digest('SHA-256', alice.certificate.der))
    const { signatureAlgorithm, signature, signedAttributes } = signer
    assert.ok(
      await nodeCrypto.verify(signatureAlgorithm, alice.certificate.subjectPublicKeyInfo, signature, signedAttributes),
    )
    assert.deepEqual(AsnConvert.parse(signedData.content ?? new Uint8Array(), asn1Tsp.TSTInfo).genTime, info.genTime)
  })

  test('a nonce is any INTEGER and comes back as it went (RFC 3161 §2.4.2)', () => {
    const request = (nonce: Uint8Array) => ({ messageImprint, reqPolicy: null, nonce, certReq: false })
    for (const nonce of [Uint8Array.of(0x80), Uint8Array.of(0x00, 0x80), Uint8Array.of(0xff, 0x7f), Uint8Array.of(0)]) {
      const { nonce: read } = parseTimeStampRequest(buildTimeStampRequest(request(nonce)))
      assert.deepEqual(parseTstInfo(buildTstInfo({ ...info, nonce: read })).nonce, nonce)
    }
    for (const nonce of [new Uint8Array(), Uint8Array.of(0, 0x7f), Uint8Array.of(0xff, 0x80)]) {
      for (const build of [() => buildTimeStampRequest(request(nonce)), () => buildTstInfo({ ...info, nonce })])
        assert.throws(build, (error) => error instanceof PkiError && error.code === 'tsp_malformed')
    }
  })

  test('accuracy adds seconds, millis and micros up', () => {
    const accuracy = sequence(integer(2), encodeDer(0x80, Uint8Array.of(1, 0xf4)), encodeDer(0x81, Uint8Array.of(100)))
    const der = sequence(...tstMembers().slice(0, 5), accuracy)
    assert.equal(parseTstInfo(der).accuracySeconds, 2.5001)
  })

  test('a rejection says why (RFC 3161 §2.4.2)', () => {
    for (const failInfo of ['badAlg', 'badDataFormat', 'unacceptedPolicy', 'systemFailure'] as const) {
      const read = parseTimeStampResponse(buildTimeStampRejection(failInfo, 'because'))
      assert.deepEqual(read, { status: 'rejection', failInfo, statusString: 'because' })
    }
  })

  const imprint = (hash: Uint8Array, oid = '2.16.840.1.101.3.4.2.1') =>
    sequence(sequence(encodeOid(oid)), octetString(hash))
  const tstMembers = () => [
    integer(1),
    encodeOid('2.999.1'),
    imprint(new Uint8Array(32)),
    integer(5),
    encodeDer(0x18, new TextEncoder().encode('20260701000000Z')),
  ]

  for (const [name, der, code] of [
    ['version 2', sequence(integer(2), imprint(new Uint8Array(32))), 'tsp_malformed'],
    ['a digest too short', sequence(integer(1), imprint(new Uint8Array(31))), 'tsp_malformed'],
    ['an unknown hash', sequence(integer(1), imprint(new Uint8Array(32), '2.999.1')), 'algorithm_unsupported'],
    ['extensions', sequence(integer(1), imprint(new Uint8Array(32)), explicit(0, sequence())), 'tsp_malformed'],
    [
      'a member too many',
      sequence(integer(1), imprint(new Uint8Array(32)), boolean(true), integer(1)),
      'tsp_malformed',
    ],
    ['nothing', new Uint8Array(), 'tsp_malformed'],
    ['5 KB', new Uint8Array(5000), 'too_large'],
  ] as const) {
    test(`refuses a request: ${name}`, () => {
      assert.throws(
        () => parseTimeStampRequest(der),
        (error) => error instanceof PkiError && error.code === code,
      )
    })
  }

  for (const [name, der] of [
    ['granted without a token', sequence(sequence(integer(0)))],
    ['a rejection with a token', sequence(sequence(integer(2)), sequence())],
    ['status 9', sequence(sequence(integer(9)))],
    ['bytes after it', Uint8Array.from([...sequence(sequence(integer(2))), 0])],
  ] as const) {
    test(`refuses a response: ${name}`, () => {
      assert.throws(
        () => parseTimeStampResponse(der),
        (error) => error instanceof PkiError && error.code === 'tsp_malformed',
      )
    })
  }

  test('does not build on a fraction of a second or a serial number that is not hex', () => {
    assert.throws(() => buildTstInfo({ ...info, accuracySeconds: 0.5 }), PkiError)
    assert.throws(() => buildTstInfo({ ...info, serialNumber: '1' }), PkiError)
  })

  test('a CMS of something else is no token', () => {
    assert.throws(() => parseTimeStampToken(alice.certificate.der), PkiError)
  })
})
