import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { before, describe, test } from 'node:test'
import {
  buildTbsCertificate,
  type Certificate,
  encodeDer,
  PkiError,
  parseCertificate,
  verifyCertificateSignature,
} from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { AsnConvert } from '@peculiar/asn1-schema'
import * as asn1X509 from '@peculiar/asn1-x509'
import { derChildren, readDer } from '../../src/der/element.ts'
import { boolean, encodeOid, explicit, integer, octetString, sequence } from '../../src/der/encode.ts'
import { hex, notAfter, notBefore, type Party, tampered, testPki, urls } from '../fixture.ts'

describe('certificates', () => {
  let root: Party
  let alice: Party
  before(async () => {
    ;({ root, alice } = await testPki())
  })

  test('what was issued is what is read', () => {
    const { certificate } = alice
    assert.equal(certificate.version, 3)
    assert.match(certificate.serialNumber, /^81[0-9A-F]{2}$/)
    assert.equal(certificate.issuer.rfc4514, 'CN=Test Root,O=Žluťoučký kůň\\, s.r.o.,C=CZ')
    assert.deepEqual([certificate.notBefore, certificate.notAfter], [notBefore, notAfter])
    assert.deepEqual(certificate.extensions.keyUsage, ['nonRepudiation'])
    assert.deepEqual(certificate.extensions.certificatePolicies, ['0.4.0.2042.1.1', '2.999.1'])
    assert.deepEqual(certificate.extensions.crlUrls, [urls.crl])
    assert.deepEqual(certificate.extensions.ocspUrls, [urls.ocsp])
    assert.deepEqual(certificate.extensions.caIssuerUrls, [urls.caIssuers])
    assert.deepEqual(certificate.extensions.authorityKeyIdentifier, root.certificate.extensions.subjectKeyIdentifier)
    assert.deepEqual(root.certificate.extensions.basicConstraints, { ca: true, pathLenConstraint: 0 })
  })

  test('Node and @peculiar read the same', () => {
    for (const { certificate } of [root, alice]) {
      const node = new X509Certificate(certificate.der)
      assert.equal(node.serialNumber, certificate.serialNumber)
      assert.equal(new Date(node.validTo).getTime(), certificate.notAfter.getTime())
      assert.ok(node.verify(new X509Certificate(root.certificate.der).publicKey))

      const other = AsnConvert.parse(certificate.der, asn1X509.Certificate)
      assert.equal(hex(new Uint8Array(AsnConvert.serialize(other))), hex(certificate.der))
      assert.equal(
        hex(new Uint8Array(AsnConvert.serialize(other.tbsCertificate.subject))),
        hex(certificate.subject.der),
      )
      assert.deepEqual(
        Array.from(other.tbsCertificate.extensions ?? []).map(({ extnID, critical }) => ({ oid: extnID, critical })),
        certificate.extensions.all.map(({ oid, critical }) => ({ oid, critical })),
      )
    }
  })

  test('the signature covers every octet of tbsCertificate', async () => {
    const { certificate } = alice
    const key = root.certificate.subjectPublicKeyInfo
    assert.ok(await verifyCertificateSignature(certificate, key, nodeCrypto))
    const changed: Certificate = { ...certificate, tbsCertificate: tampered(certificate.tbsCertificate, 30) }
    assert.equal(await verifyCertificateSignature(changed, key, nodeCrypto), false)
    assert.equal(await verifyCertificateSignature(certificate, certificate.subjectPublicKeyInfo, nodeCrypto), false)
  })

  /** The certificate rebuilt from its members, one of them replaced. */
  function rebuilt(replace: (tbs: Uint8Array[]) => Uint8Array[], outerAlgorithm?: Uint8Array): Uint8Array {
    const [tbs, algorithm, signature] = derChildren(readDer(alice.certificate.der))
    assert.ok(tbs && algorithm && signature)
    const members = derChildren(tbs).map(({ bytes }) => bytes)
    return sequence(sequence(...replace(members)), outerAlgorithm ?? algorithm.bytes, signature.bytes)
  }
  const withExtensions = (...extensions: Uint8Array[]) =>
    rebuilt((members) => [...members.slice(0, -1), explicit(3, sequence(...extensions))])
  const extension = (...members: Uint8Array[]) =>
    sequence(encodeOid('2.999.2'), ...members, octetString(Uint8Array.of(5, 0)))

  const refused: readonly (readonly [string, () => Uint8Array, RegExp])[] = [
    [
      'another signature algorithm outside than inside',
      () => rebuilt((tbs) => tbs, alice.signer.signatureAlgorithm),
      /differs/,
    ],
    ['an extension twice (RFC 5280 §4.2)', () => withExtensions(extension(), extension()), /twice/],
    ['an empty list of extensions', () => withExtensions(), /0 extensions/],
    ['critical FALSE written out (X.690 §11.5)', () => withExtensions(extension(boolean(false))), /FALSE/],
    [
      'extensions in version 2',
      () => rebuilt((tbs) => [explicit(0, integer(1)), ...tbs.slice(1)]),
      /extensions in version 2/,
    ],
    ['version 1 written out', () => rebuilt((tbs) => [explicit(0, integer(0)), ...tbs.slice(1)]), /version 0/],
    ['version 4', () => rebuilt((tbs) => [explicit(0, integer(3)), ...tbs.slice(1)]), /version 3/],
    ['a missing subject', () => rebuilt((tbs) => tbs.filter((_, index) => index !== 5)), /RDN/],
    ['a member too many', () => rebuilt((tbs) => [...tbs, integer(1)]), /too many/],
    [
      'a key usage that is no BIT STRING',
      () => withExtensions(sequence(encodeOid('2.5.29.15'), octetString(integer(1)))),
      /KeyUsage/,
    ],
    ['an unsigned tail', () => Uint8Array.from([...alice.certificate.der, 0]), /after/],
    ['a cut end', () => alice.certificate.der.subarray(0, -1), /beyond/],
    ['something else', () => encodeDer(0x04, Uint8Array.of(1)), /tag 0x4/],
  ]
  for (const [name, build, message] of refused) {
    test(`refuses ${name}`, () => {
      assert.throws(
        () => parseCertificate(build()),
        (error) => error instanceof PkiError && error.code === 'certificate_malformed' && message.test(error.message),
      )
    })
  }

  test('refuses more than 64 KB', () => {
    assert.throws(
      () => parseCertificate(encodeDer(0x30, encodeDer(0x04, new Uint8Array(70_000)))),
      (error) => error instanceof PkiError && error.code === 'too_large',
    )
  })

  for (const [name, change] of [
    ['serial number zero', { serialNumber: Uint8Array.of(0) }],
    ['a serial number of 21 octets', { serialNumber: new Uint8Array(21).fill(0x7f) }],
    ['a serial number whose sign octet makes 21', { serialNumber: new Uint8Array(20).fill(0xff) }],
    ['a validity that ends before it begins', { notAfter: new Date('2026-05-01T00:00:00Z') }],
  ] as const) {
    test(`does not build ${name}`, () => {
      const { subject, issuer, subjectPublicKeyInfo, signatureAlgorithm } = alice.certificate
      const fields = { subject, issuer, subjectPublicKeyInfo, signatureAlgorithm, notBefore, notAfter, extensions: [] }
      assert.throws(
        () => buildTbsCertificate({ ...fields, serialNumber: Uint8Array.of(1), ...change }),
        (error) => error instanceof PkiError && error.code === 'certificate_malformed',
      )
    })
  }
})
