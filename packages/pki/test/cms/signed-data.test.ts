import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  buildAttribute,
  buildCertificatesOnly,
  buildSignedAttributes,
  buildSignedData,
  isCanonicalDer,
  PkiError,
  parseSignedData,
  readSigningCertificate,
  type SignedDataFields,
} from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import * as asn1Cms from '@peculiar/asn1-cms'
import { AsnConvert } from '@peculiar/asn1-schema'
import { concatBytes } from '../../src/bytes.ts'
import { encodeDer, encodeOid, explicit, integer, octetString, sequence, setOf } from '../../src/der/encode.ts'
import { type Party, testPki } from '../fixture.ts'

describe('CMS signed-data', () => {
  const content = new TextEncoder().encode('what is signed')
  let root: Party
  let alice: Party
  let fields: SignedDataFields
  before(async () => {
    ;({ root, alice } = await testPki())
    const signedAttributes = buildSignedAttributes({
      messageDigest: nodeCrypto.digest('SHA-256', content),
      signingCertificate: alice.certificate.der,
      crypto: nodeCrypto,
    })
    fields = {
      signedAttributes,
      signature: await alice.signer.sign(signedAttributes),
      signatureAlgorithm: alice.signer.signatureAlgorithm,
      digestAlgorithm: 'SHA-256',
      certificates: [alice.certificate.der, root.certificate.der],
    }
  })

  test('what was built is DER, and is read as it was', async () => {
    const der = buildSignedData(fields)
    assert.ok(isCanonicalDer(der))
    const read = parseSignedData(der)
    assert.equal(read.version, 1)
    assert.equal(read.content, null)
    assert.equal(read.certificates.length, 2)
    const [signer] = read.signerInfos
    assert.ok(signer && 'issuer' in signer.sid)
    assert.equal(signer.sid.serialNumber, alice.certificate.serialNumber)
    assert.deepEqual(signer.signedAttributes, fields.signedAttributes)
    assert.ok(
      await nodeCrypto.verify(
        signer.signatureAlgorithm,
        alice.certificate.subjectPublicKeyInfo,
        signer.signature,
        fields.signedAttributes,
      ),
    )
  })

  test('the signed attributes are three: content type, digest, certificate (EN 319 142-1 §6.3)', () => {
    const [signer] = parseSignedData(buildSignedData(fields)).signerInfos
    assert.deepEqual(signer?.attributes.map(({ type }) => type).sort(), [
      '1.2.840.113549.1.9.16.2.47',
      '1.2.840.113549.1.9.3',
      '1.2.840.113549.1.9.4',
    ])
    assert.ok(signer)
    const [reference] = readSigningCertificate(signer) ?? []
    assert.equal(reference?.hashAlgorithm, 'SHA-256')
    assert.deepEqual(reference?.certHash, nodeCrypto.digest('SHA-256', alice.certificate.der))
  })

  test('a certificate hash of another algorithm says so', () => {
    const signedAttributes = buildSignedAttributes({
      messageDigest: nodeCrypto.digest('SHA-384', content),
      signingCertificate: alice.certificate.der,
      digestAlgorithm: 'SHA-384',
      crypto: nodeCrypto,
    })
    const [signer] = parseSignedData(buildSignedData({ ...fields, signedAttributes })).signerInfos
    assert.ok(signer)
    assert.equal(readSigningCertificate(signer)?.[0]?.hashAlgorithm, 'SHA-384')
  })

  test('@peculiar reads the same', () => {
    const unsigned = buildAttribute('1.2.840.113549.1.9.16.2.14', sequence(integer(5)))
    const der = buildSignedData({ ...fields, unsignedAttributes: [unsigned] })
    const info = AsnConvert.parse(der, asn1Cms.ContentInfo)
    const other = AsnConvert.parse(info.content, asn1Cms.SignedData)
    const [theirs] = [...other.signerInfos]
    const [ours] = parseSignedData(der).signerInfos
    assert.deepEqual(
      theirs?.signedAttrs?.map(({ attrType }) => attrType),
      ours?.attributes.map(({ type }) => type),
    )
    assert.deepEqual(new Uint8Array(theirs?.signature.buffer ?? new ArrayBuffer()), ours?.signature)
    assert.equal(theirs?.unsignedAttrs?.[0]?.attrType, ours?.unsignedAttributes[0]?.type)
  })

  test('padding of zeros after it is allowed, anything else is not', () => {
    const der = buildSignedData(fields)
    assert.equal(parseSignedData(concatBytes(der, new Uint8Array(100))).signerInfos.length, 1)
    assert.throws(() => parseSignedData(concatBytes(der, Uint8Array.of(0, 1))), /after the ContentInfo/)
  })

  test('BER with indefinite lengths reads the same', () => {
    const der = buildSignedData({ ...fields, encapsulatedContent: { contentType: '2.999.3', content } })
    const read = parseSignedData(der)
    assert.deepEqual(read.content, content)
    // ContentInfo and its [0] in indefinite form.
    const inner = der.subarray(der.indexOf(0xa0) + 4)
    const ber = concatBytes(
      Uint8Array.of(0x30, 0x80),
      encodeOid('1.2.840.113549.1.7.2'),
      Uint8Array.of(0xa0, 0x80),
      inner,
      new Uint8Array(4),
    )
    assert.deepEqual(parseSignedData(ber), read)
  })

  test('certs-only carries certificates and no signer (RFC 8551 §3.8)', () => {
    const read = parseSignedData(buildCertificatesOnly([root.certificate.der]))
    assert.deepEqual(read.certificates, [root.certificate.der])
    assert.equal(read.signerInfos.length, 0)
  })

  const signedData = (...members: Uint8Array[]) =>
    sequence(encodeOid('1.2.840.113549.1.7.2'), explicit(0, sequence(...members)))
  for (const [name, build, message] of [
    [
      'another content type',
      () => sequence(encodeOid('1.2.840.113549.1.7.1'), explicit(0, octetString(content))),
      /not signed-data/,
    ],
    ['a missing version', () => signedData(setOf()), /version/],
    [
      'missing signerInfos',
      () => signedData(integer(1), setOf(), sequence(encodeOid('1.2.840.113549.1.7.1'))),
      /signerInfos/,
    ],
    [
      '65 signers',
      () =>
        signedData(
          integer(1),
          setOf(),
          sequence(encodeOid('1.2.840.113549.1.7.1')),
          setOf(...Array.from({ length: 65 }, () => sequence())),
        ),
      /65 signers/,
    ],
    [
      'a signer that is no SEQUENCE',
      () => signedData(integer(1), setOf(), sequence(encodeOid('1.2.840.113549.1.7.1')), setOf(integer(1))),
      /SignerInfo/,
    ],
    ['an empty input', () => new Uint8Array(), /truncated/],
    ['zeros', () => new Uint8Array(64), /tag/],
  ] as const) {
    test(`refuses ${name}`, () => {
      assert.throws(
        () => parseSignedData(build()),
        (error) => error instanceof PkiError && error.code === 'cms_malformed' && message.test(error.message),
      )
    })
  }

  test('refuses more than 16 MB', () => {
    assert.throws(
      () => parseSignedData(new Uint8Array(17 * 1024 * 1024)),
      (error) => error instanceof PkiError && error.code === 'too_large',
    )
  })

  test('does not build on attributes that are not a SET OF, nor without a certificate', () => {
    assert.throws(() => buildSignedData({ ...fields, signedAttributes: encodeDer(0xa0) }), /SET OF/)
    assert.throws(() => buildSignedData({ ...fields, certificates: [] }), /missing/)
  })
})
