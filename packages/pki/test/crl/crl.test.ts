import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { buildCrl, type CrlEntry, type CrlFields, PkiError, parseCrl, verifyCrlSignature } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { AsnConvert } from '@peculiar/asn1-schema'
import * as asn1X509 from '@peculiar/asn1-x509'
import { derChildren, readDer } from '../../src/der/element.ts'
import { boolean, encodeOid, enumerated, integer, octetString, sequence, time } from '../../src/der/encode.ts'
import { hex, type Party, testPki } from '../fixture.ts'

describe('CRL', () => {
  const thisUpdate = new Date('2026-07-01T00:00:00Z')
  const nextUpdate = new Date('2026-07-02T00:00:00Z')
  const entries: readonly CrlEntry[] = [
    {
      serialNumber: '8102',
      revocationDate: thisUpdate,
      reason: 'keyCompromise',
      invalidityDate: new Date('2026-06-15T10:00:00Z'),
    },
    { serialNumber: '0F', revocationDate: thisUpdate, reason: 'certificateHold', invalidityDate: null },
    { serialNumber: '10', revocationDate: thisUpdate, reason: null, invalidityDate: null },
  ]
  let root: Party
  let fields: CrlFields
  before(async () => {
    ;({ root } = await testPki())
    fields = {
      issuer: root.certificate.subject,
      authorityKeyIdentifier: root.certificate.extensions.subjectKeyIdentifier ?? new Uint8Array(),
      crlNumber: 2n ** 70n,
      thisUpdate,
      nextUpdate,
      entries,
    }
  })

  test('what was built is what is read', async () => {
    const crl = parseCrl(await buildCrl(fields, root.signer))
    assert.deepEqual([crl.thisUpdate, crl.nextUpdate, crl.crlNumber], [thisUpdate, nextUpdate, 2n ** 70n])
    assert.deepEqual([...crl.entries.values()], entries)
    assert.equal(crl.hasUnknownCriticalEntryExtension, false)
    assert.deepEqual(crl.authorityKeyIdentifier, fields.authorityKeyIdentifier)
    assert.ok(await verifyCrlSignature(crl, root.certificate.subjectPublicKeyInfo, nodeCrypto))
    assert.equal(
      await verifyCrlSignature({ ...crl, tbsCertList: crl.der }, root.certificate.subjectPublicKeyInfo, nodeCrypto),
      false,
    )
  })

  test('an empty list is left out (RFC 5280 §5.1.2.6)', async () => {
    const der = await buildCrl({ ...fields, entries: [] }, root.signer)
    assert.equal(parseCrl(der).entries.size, 0)
    assert.equal(AsnConvert.parse(der, asn1X509.CertificateList).tbsCertList.revokedCertificates, undefined)
  })

  test('@peculiar writes the same octets', async () => {
    const der = await buildCrl(fields, root.signer)
    assert.equal(hex(new Uint8Array(AsnConvert.serialize(AsnConvert.parse(der, asn1X509.CertificateList)))), hex(der))
  })

  async function withEntry(entry: Uint8Array): Promise<Uint8Array> {
    const [tbs, algorithm, signature] = derChildren(readDer(await buildCrl(fields, root.signer)))
    assert.ok(tbs && algorithm && signature)
    const members = derChildren(tbs).map(({ bytes }) => bytes)
    members[5] = sequence(entry)
    return sequence(sequence(...members), algorithm.bytes, signature.bytes)
  }

  test('an unknown critical entry extension is reported (RFC 5280 §5.3)', async () => {
    const extension = sequence(encodeOid('2.5.29.29'), boolean(true), octetString(sequence()))
    const der = await withEntry(sequence(integer(5), time(thisUpdate), sequence(extension)))
    assert.equal(parseCrl(der).hasUnknownCriticalEntryExtension, true)
  })

  test('a reason that is not assigned reads as none', async () => {
    const extension = sequence(encodeOid('2.5.29.21'), octetString(enumerated(7)))
    const der = await withEntry(sequence(integer(5), time(thisUpdate), sequence(extension)))
    assert.equal(parseCrl(der).entries.get('05')?.reason, null)
  })

  for (const [name, build, message] of [
    ['an entry without a date', () => withEntry(sequence(integer(5))), /revocationDate/],
    [
      'an entry with a member too many',
      () => withEntry(sequence(integer(5), time(thisUpdate), integer(1))),
      /too many/,
    ],
    ['a certificate', async () => root.certificate.der, /CRL version|expected/],
    ['a cut one', async () => (await buildCrl(fields, root.signer)).subarray(0, 100), /beyond/],
  ] as const) {
    test(`refuses ${name}`, async () => {
      const der = await build()
      assert.throws(
        () => parseCrl(der),
        (error) => error instanceof PkiError && error.code === 'crl_malformed' && message.test(error.message),
      )
    })
  }

  test('does not build on a serial number that is not hex', async () => {
    const entry: CrlEntry = { serialNumber: 'xyz', revocationDate: thisUpdate, reason: null, invalidityDate: null }
    await assert.rejects(buildCrl({ ...fields, entries: [entry] }, root.signer), PkiError)
  })
})
