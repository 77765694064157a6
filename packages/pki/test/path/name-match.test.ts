import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GeneralName } from '../../src/path/general-name.ts'
import { assertConstraintForm, matchesConstraint, NameFormError } from '../../src/path/name-match.ts'

type TextKind = 'dNSName' | 'rfc822Name' | 'uniformResourceIdentifier'
const named = (kind: TextKind, value: string): GeneralName => ({ kind, value })
const address = (...value: number[]): GeneralName => ({ kind: 'iPAddress', value: Uint8Array.from(value) })

const rows: readonly (readonly [kind: TextKind, name: string, base: string, matches: boolean])[] = [
  ['dNSName', 'host.example.com', 'example.com', true],
  ['dNSName', 'example.com', 'example.com', true],
  ['dNSName', 'notexample.com', 'example.com', false],
  ['dNSName', 'HOST.EXAMPLE.com', 'example.COM', true],
  ['dNSName', 'anything.at.all', '', true],
  ['rfc822Name', 'a@example.com', 'a@example.com', true],
  ['rfc822Name', 'A@example.com', 'a@example.com', false],
  ['rfc822Name', 'a@EXAMPLE.com', 'a@example.com', true],
  ['rfc822Name', 'a@example.com', 'example.com', true],
  ['rfc822Name', 'a@host.example.com', 'example.com', false],
  ['rfc822Name', 'a@host.example.com', '.example.com', true],
  ['rfc822Name', 'a@example.com', '.example.com', false],
  ['uniformResourceIdentifier', 'https://user@host.example.com:8443/path', '.example.com', true],
  ['uniformResourceIdentifier', 'https://host.example.com', 'host.example.com', true],
  ['uniformResourceIdentifier', 'https://other.example.com', 'host.example.com', false],
]
for (const [kind, name, base, matches] of rows) {
  test(`${kind} ${name} ${matches ? 'is' : 'is not'} within "${base}" (RFC 5280 §4.2.1.10)`, () => {
    assert.equal(matchesConstraint(named(kind, name), named(kind, base), 'permitted'), matches)
  })
}

test('a wildcard meets an excluded name that it can stand for, and is within a permitted one only whole', () => {
  const [wildcard, host] = [named('dNSName', '*.example.com'), named('dNSName', 'bar.example.com')]
  assert.equal(matchesConstraint(wildcard, host, 'excluded'), true)
  assert.equal(matchesConstraint(wildcard, host, 'permitted'), false)
})

test('an address is within its network', () => {
  const network = address(192, 0, 2, 0, 255, 255, 255, 0)
  assert.equal(matchesConstraint(address(192, 0, 2, 9), network, 'permitted'), true)
  assert.equal(matchesConstraint(address(192, 0, 3, 9), network, 'permitted'), false)
  assert.equal(matchesConstraint(address(...new Array<number>(16).fill(0)), network, 'permitted'), false)
})

const malformed: readonly (readonly [string, GeneralName, GeneralName])[] = [
  ['a host with a leading period as dNSName constraint', named('dNSName', 'a.example'), named('dNSName', '.example')],
  ['a mailbox with two @', named('rfc822Name', 'a@b@example.com'), named('rfc822Name', 'example.com')],
  ['a constraint with two @', named('rfc822Name', 'a@example.com'), named('rfc822Name', 'a@b@example.com')],
  ['an address of 5 octets', address(1, 2, 3, 4, 5), address(0, 0, 0, 0, 0, 0, 0, 0)],
  ['a network with a hole in its mask', address(1, 2, 3, 4), address(0, 0, 0, 0, 255, 0, 255, 0)],
  ['a URI without authority', named('uniformResourceIdentifier', 'urn:x'), named('uniformResourceIdentifier', 'x.com')],
  [
    'a URI with an address',
    named('uniformResourceIdentifier', 'http://10.0.0.1/'),
    named('uniformResourceIdentifier', 'x.com'),
  ],
  ['an address as host name', named('dNSName', '10.0.0.1'), named('dNSName', 'example.com')],
]
for (const [what, name, base] of malformed) {
  test(`${what} is malformed, neither within nor without`, () => {
    assert.throws(() => matchesConstraint(name, base, 'permitted'), NameFormError)
  })
}

test('a constraint is judged by its form even where no name of that form comes', () => {
  assert.throws(() => assertConstraintForm(named('rfc822Name', '@example.com')), NameFormError)
  assert.doesNotThrow(() => assertConstraintForm(named('dNSName', '')))
})

test('forms that no rule is defined for are said to be so', () => {
  const other: GeneralName = { kind: 'otherName', value: null }
  assert.equal(matchesConstraint(other, other, 'excluded'), null)
})
