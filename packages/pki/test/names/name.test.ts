import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildName, encodeDer, nameFromString, namesEqual, PkiError, parseName } from '@cloudsigner/pki'
import fc from 'fast-check'
import { encodeOid, sequence, setOf } from '../../src/der/encode.ts'

const attribute = fc.record({
  type: fc.constantFrom('2.5.4.3', '2.5.4.10', '2.5.4.42', '2.999.7'),
  value: fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    .filter((text) => text.trim() === text && !/^#([0-9A-F]{2})+$/.test(text)),
})

test('a name survives DER and RFC 4514 text', () => {
  const rdns = fc.array(fc.uniqueArray(attribute, { minLength: 1, maxLength: 2, selector: ({ type }) => type }), {
    maxLength: 5,
  })
  fc.assert(
    fc.property(rdns, (value) => {
      const name = buildName(value)
      const read = parseName(name.der)
      assert.deepEqual(read.der, name.der)
      assert.ok(namesEqual(read, name))
      assert.deepEqual(nameFromString(read.rfc4514).der, name.der)
    }),
  )
})

const examples: readonly (readonly [string, string])[] = [
  // RFC 4514 §4.
  ['UID=jsmith,DC=example,DC=net', 'UID=jsmith,DC=example,DC=net'],
  ['OU=Sales+CN=J.  Smith,DC=example,DC=net', 'OU=Sales+CN=J.  Smith,DC=example,DC=net'],
  ['CN=James \\"Jim\\" Smith\\, III,DC=example,DC=net', 'CN=James \\"Jim\\" Smith\\, III,DC=example,DC=net'],
  ['CN=Lu\\C4\\8Di\\C4\\87', 'CN=Lučić'],
  ['C = CZ, o=A/B, cn=x', 'C=CZ,O=A/B,CN=x'],
  ['GIVENNAME=Alice,SURNAME=Novak', 'givenName=Alice,SN=Novak'],
  ['CN=\\ lead and trail\\ ', 'CN=\\ lead and trail\\ '],
  ['2.999.1=x', '2.999.1=x'],
  ['', ''],
]
for (const [text, written] of examples) {
  test(`reads ${JSON.stringify(text)}`, () => {
    assert.equal(nameFromString(text).rfc4514, parseName(nameFromString(text).der).rfc4514)
    assert.equal(parseName(nameFromString(text).der).rfc4514, written)
  })
}

for (const text of [
  'CN',
  'CN=',
  'XX=1',
  'CN=a\\',
  'CN=a\\q',
  'CN=\\FF',
  'C=CZE',
  `CN=${'x'.repeat(65)}`,
  'CN=a,,O=b',
  '3.1=x',
  `CN=x${',O=y'.repeat(2000)}`,
]) {
  test(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => {
    assert.throws(
      () => nameFromString(text),
      (error) => error instanceof PkiError && error.code === 'name_malformed',
    )
  })
}

test('case and runs of white space do not matter, order does (RFC 5280 §7.1)', () => {
  const name = nameFromString('CN=Alice  Novak,C=CZ')
  assert.ok(namesEqual(name, nameFromString('cn=ALICE novak,c=cz')))
  assert.equal(namesEqual(name, nameFromString('C=CZ,CN=Alice Novak')), false)
  assert.equal(namesEqual(name, nameFromString('CN=Alice Novak')), false)
})

test('string types differ, names do not', () => {
  const as = (tag: number) =>
    parseName(sequence(setOf(sequence(encodeOid('2.5.4.3'), encodeDer(tag, new TextEncoder().encode('Alice'))))))
  assert.ok(namesEqual(as(0x0c), as(0x13)))
})

test('a value that is no character string reads as its hex', () => {
  const name = parseName(sequence(setOf(sequence(encodeOid('2.5.4.3'), encodeDer(0x04, Uint8Array.of(1, 2))))))
  assert.equal(name.rfc4514, 'CN=#04020102')
})

for (const [title, der] of [
  ['an empty RDN', sequence(encodeDer(0x31))],
  ['an attribute without a value', sequence(setOf(sequence(encodeOid('2.5.4.3'))))],
  ['a SET', encodeDer(0x31)],
  ['65 RDNs', sequence(...Array.from({ length: 65 }, () => setOf(sequence(encodeOid('2.5.4.3'), encodeDer(0x0c)))))],
] as const) {
  test(`refuses ${title}`, () => {
    assert.throws(
      () => parseName(der),
      (error) => error instanceof PkiError && error.code === 'name_malformed',
    )
  })
}
