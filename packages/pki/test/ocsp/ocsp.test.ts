import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  buildCertId,
  buildOcspErrorResponse,
  buildOcspRequest,
  buildOcspResponse,
  type CertStatus,
  PkiError,
  parseOcspRequest,
  parseOcspResponse,
} from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import * as asn1Ocsp from '@peculiar/asn1-ocsp'
import { AsnConvert } from '@peculiar/asn1-schema'
import { encodeOid, enumerated, explicit, integer, octetString, sequence } from '../../src/der/encode.ts'
import { hex, type Party, testPki } from '../fixture.ts'

describe('OCSP', () => {
  const producedAt = new Date('2026-07-01T00:00:00Z')
  const nextUpdate = new Date('2026-07-01T01:00:00Z')
  const nonce = new Uint8Array(32).fill(7)
  let root: Party
  let alice: Party
  before(async () => {
    ;({ root, alice } = await testPki())
  })
  const certId = (hashAlgorithm: 'SHA-1' | 'SHA-256' = 'SHA-1', serialNumber = alice.certificate.serialNumber) =>
    buildCertId({ issuer: root.certificate, serialNumber, hashAlgorithm, crypto: nodeCrypto })

  test('requests survive the round trip, and @peculiar reads them', () => {
    const certIds = [certId('SHA-1'), certId('SHA-256', '0A')]
    const der = buildOcspRequest({ certIds, nonce })
    const read = parseOcspRequest(der)
    assert.deepEqual(read.certIds, certIds)
    assert.deepEqual(read.nonce, nonce)
    const other = AsnConvert.parse(der, asn1Ocsp.OCSPRequest)
    assert.equal(hex(new Uint8Array(AsnConvert.serialize(other))), hex(der))
    assert.equal(parseOcspRequest(buildOcspRequest({ certIds, nonce: null })).nonce, null)
  })

  const statuses: readonly CertStatus[] = [
    { status: 'good' },
    { status: 'unknown' },
    { status: 'revoked', revocationTime: producedAt, reason: 'superseded' },
    { status: 'revoked', revocationTime: producedAt, reason: null },
  ]

  test('responses survive the round trip, and @peculiar reads them', async () => {
    const responses = statuses.map((certStatus, index) => ({
      certId: certId('SHA-256', `0${index}`),
      certStatus,
      thisUpdate: producedAt,
      nextUpdate: index === 0 ? null : nextUpdate,
    }))
    const der = await buildOcspResponse(
      {
        responderCertificate: root.certificate,
        producedAt,
        responses,
        nonce,
        certificates: [root.certificate.der],
        crypto: nodeCrypto,
      },
      root.signer,
    )
    const { status, basic } = parseOcspResponse(der)
    assert.equal(status, 'successful')
    assert.ok(basic)
    assert.deepEqual(basic.responses, responses)
    assert.deepEqual(basic.nonce, nonce)
    assert.deepEqual(basic.producedAt, producedAt)
    assert.deepEqual(basic.certificates, [root.certificate.der])
    const { signatureAlgorithm, signature, tbsResponseData } = basic
    const key = root.certificate.subjectPublicKeyInfo
    assert.ok(await nodeCrypto.verify(signatureAlgorithm, key, signature, tbsResponseData))

    const other = AsnConvert.parse(der, asn1Ocsp.OCSPResponse)
    assert.ok(other.responseBytes)
    const theirs = AsnConvert.parse(other.responseBytes.response.buffer, asn1Ocsp.BasicOCSPResponse)
    assert.deepEqual(theirs.tbsResponseData.producedAt, producedAt)
    assert.equal(theirs.tbsResponseData.responses[2]?.certStatus.revoked?.revocationReason?.reason, 4)
  })

  for (const status of ['malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized'] as const) {
    test(`an error "${status}" has no body`, () => {
      const read = parseOcspResponse(buildOcspErrorResponse(status))
      assert.deepEqual([read.status, read.basic], [status, null])
    })
  }

  const request = (list: Uint8Array, ...more: Uint8Array[]) => sequence(sequence(list, ...more))
  const withNonce = (value: Uint8Array) =>
    request(
      sequence(sequence(certId().der)),
      explicit(2, sequence(sequence(encodeOid('1.3.6.1.5.5.7.48.1.2'), octetString(value)))),
    )
  for (const [name, build, code] of [
    ['an empty list', () => request(sequence()), 'ocsp_malformed'],
    [
      '101 certificates',
      () => request(sequence(...Array.from({ length: 101 }, () => sequence(certId().der)))),
      'ocsp_malformed',
    ],
    [
      'version 2',
      () => sequence(sequence(explicit(0, integer(1)), sequence(sequence(certId().der)))),
      'ocsp_malformed',
    ],
    ['an empty nonce (RFC 9654 §2.1)', () => withNonce(octetString(new Uint8Array())), 'ocsp_malformed'],
    ['a nonce of 129 octets', () => withNonce(octetString(new Uint8Array(129))), 'ocsp_malformed'],
    ['a nonce that is no OCTET STRING', () => withNonce(integer(5)), 'ocsp_malformed'],
    [
      'an unknown hash',
      () =>
        request(
          sequence(
            sequence(sequence(sequence(encodeOid('2.999.1')), octetString(nonce), octetString(nonce), integer(1))),
          ),
        ),
      'algorithm_unsupported',
    ],
    ['nothing', () => new Uint8Array(), 'ocsp_malformed'],
    ['17 KB', () => new Uint8Array(17 * 1024), 'too_large'],
  ] as const) {
    test(`refuses a request of ${name}`, () => {
      assert.throws(
        () => parseOcspRequest(build()),
        (error) => error instanceof PkiError && error.code === code,
      )
    })
  }

  for (const [name, der] of [
    ['successful without a body', sequence(enumerated(0))],
    ['an error with a body', sequence(enumerated(1), explicit(0, sequence(encodeOid('2.999.1'), octetString(nonce))))],
    ['status 4', sequence(enumerated(4))],
    ['another response type', sequence(enumerated(0), explicit(0, sequence(encodeOid('2.999.1'), octetString(nonce))))],
    [
      'a body that is not DER',
      sequence(enumerated(0), explicit(0, sequence(encodeOid('1.3.6.1.5.5.7.48.1.1'), octetString(nonce)))),
    ],
  ] as const) {
    test(`refuses a response: ${name}`, () => {
      assert.throws(
        () => parseOcspResponse(der),
        (error) => error instanceof PkiError && error.code === 'ocsp_malformed',
      )
    })
  }
})
