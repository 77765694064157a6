import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  assembleCertificationRequest,
  buildCertificationRequestInfo,
  derToPem,
  encodeBase64,
  type KeySigner,
  nameFromString,
  PkiError,
  parseCertificationRequest,
  verifyCertificationRequest,
} from '@cloudsigner/pki'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'
import * as asn1Csr from '@peculiar/asn1-csr'
import { AsnConvert } from '@peculiar/asn1-schema'
import { encodeOid, explicit, integer, octetString, sequence, setOf } from '../../src/der/encode.ts'
import { hex, tampered } from '../fixture.ts'

describe('certification requests', () => {
  const subject = nameFromString('CN=Alice Novak,C=CZ')
  let signer: KeySigner
  let info: Uint8Array
  let der: Uint8Array
  before(async () => {
    ;({ signer } = await generateKeySigner('P-256'))
    info = buildCertificationRequestInfo({ subject, subjectPublicKeyInfo: signer.subjectPublicKeyInfo })
    der = assembleCertificationRequest(info, await signer.sign(info))
  })

  test('DER, PEM, Microsoft PEM and bare Base64 read the same', async () => {
    for (const input of [
      der,
      derToPem(der, 'CERTIFICATE REQUEST'),
      derToPem(der, 'NEW CERTIFICATE REQUEST').replaceAll('\n', '\r\n'),
      encodeBase64(der),
    ]) {
      const request = parseCertificationRequest(input)
      assert.equal(request.subject.rfc4514, subject.rfc4514)
      assert.deepEqual(request.certificationRequestInfo, info)
      assert.deepEqual(request.subjectPublicKeyInfo, signer.subjectPublicKeyInfo)
      assert.ok(await verifyCertificationRequest(request, nodeCrypto))
    }
  })

  test('@peculiar writes the same octets', () => {
    const other = AsnConvert.parse(der, asn1Csr.CertificationRequest)
    assert.equal(hex(new Uint8Array(AsnConvert.serialize(other))), hex(der))
  })

  test('requested extensions are read (RFC 2985 §5.4.2)', async () => {
    const extension = sequence(encodeOid('2.5.29.14'), octetString(octetString(Uint8Array.of(1))))
    const attribute = sequence(encodeOid('1.2.840.113549.1.9.14'), setOf(sequence(extension)))
    const withExtensions = sequence(integer(0), subject.der, signer.subjectPublicKeyInfo, explicit(0, attribute))
    const request = parseCertificationRequest(
      assembleCertificationRequest(withExtensions, await signer.sign(withExtensions)),
    )
    assert.deepEqual(
      request.requestedExtensions.map(({ oid }) => oid),
      ['2.5.29.14'],
    )
  })

  test('a request whose attributes are left out altogether is read', () => {
    const bare = sequence(integer(0), subject.der, signer.subjectPublicKeyInfo)
    assert.deepEqual(
      parseCertificationRequest(assembleCertificationRequest(bare, new Uint8Array(8))).requestedExtensions,
      [],
    )
  })

  test('another key, another signature or another content does not verify', async () => {
    const { signer: other } = await generateKeySigner('P-256')
    const request = parseCertificationRequest(der)
    const foreign = parseCertificationRequest(assembleCertificationRequest(info, await other.sign(info)))
    assert.equal(await verifyCertificationRequest(foreign, nodeCrypto), false)
    const changed = { ...request, certificationRequestInfo: tampered(request.certificationRequestInfo, 20) }
    assert.equal(await verifyCertificationRequest(changed, nodeCrypto), false)
    const broken = { ...request, signature: tampered(request.signature, -1) }
    assert.equal(await verifyCertificationRequest(broken, nodeCrypto), false)
  })

  for (const [name, input, code] of [
    ['text that is not Base64', () => 'nonsense!', 'pem_malformed'],
    ['a certificate in PEM', () => derToPem(der, 'CERTIFICATE'), 'pem_malformed'],
    ['two requests', () => derToPem(der, 'CERTIFICATE REQUEST').repeat(2), 'pem_malformed'],
    ['a cut one', () => der.subarray(0, 50), 'request_malformed'],
    ['version 2', () => sequence(sequence(integer(1), subject.der)), 'request_malformed'],
    ['17 KB', () => new Uint8Array(17 * 1024), 'too_large'],
    ['text without end', () => 'A'.repeat(40_000), 'too_large'],
  ] as const) {
    test(`refuses ${name}`, () => {
      assert.throws(
        () => parseCertificationRequest(input()),
        (error) => error instanceof PkiError && error.code === code,
      )
    })
  }
})
