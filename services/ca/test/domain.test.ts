import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type EjbcaRevocationReason, ejbcaRevocationReasons } from '@cloudsigner/contracts/ejbca'
import { nameFromString } from '@cloudsigner/pki'
import fc from 'fast-check'
import { assertConfig, type CaConfig } from '../src/config.ts'
import { dnKey, javaHashCode } from '../src/domain/distinguished-name.ts'
import { alternativeNames } from '../src/domain/host-names.ts'
import { isoSecond, parseIsoDate, parseValidityLimit } from '../src/domain/moments.ts'
import { CaProblem } from '../src/domain/problem.ts'
import { notRevoked, type Revocation, revise } from '../src/domain/revocation.ts'
import { parseSearch } from '../src/domain/search-criteria.ts'
import { displaySerialNumber, newSerialNumber, parseSerialNumber } from '../src/domain/serial-number.ts'

describe('distinguished names', () => {
  test('are one whatever order and case their attributes have', () => {
    assert.equal(dnKey('CN=X,O=Y,C=CZ'), dnKey('c=cz, o=y, cn=x'))
    assert.equal(dnKey(nameFromString('CN=X,C=CZ')), dnKey('C=CZ,CN=X'))
    assert.notEqual(dnKey('CN=X,O=Y'), dnKey('CN=X,OU=Y'))
    assert.equal(dnKey('no name'), null)
  })

  test("an id is Java's String.hashCode", () => {
    // From the definition s[0]·31^(n−1) + …, signed 32 bits.
    assert.deepEqual(['', 'a', 'hello', 'CN=ExampleCA,O=Sample,C=SE'].map(javaHashCode).slice(0, 3), [0, 97, 99162322])
    assert.ok(Number.isInteger(javaHashCode('CN=ExampleCA,O=Sample,C=SE')))
    assert.equal(javaHashCode('polygenelubricants'), -2147483648)
  })
})

describe('serial numbers', () => {
  test('are positive, long enough and spelled as EJBCA spells them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (random) => {
        const serial = newSerialNumber(() => random)
        const text = Buffer.from(serial).toString('hex').toUpperCase()
        assert.equal(BigInt(`0x${text}`).toString(16).toUpperCase(), text)
        assert.ok((serial[0] ?? 0) < 0x80)
        assert.equal(displaySerialNumber(text), text)
        for (const form of [text, text.toLowerCase(), `0x${text}`, `000${text}`])
          assert.equal(parseSerialNumber(form), text)
      }),
    )
  })

  test('of an odd number of digits mean the same', () => {
    assert.equal(parseSerialNumber('abc'), '0ABC')
    assert.equal(displaySerialNumber('0ABC'), 'ABC')
    assert.equal(displaySerialNumber('00'), '0')
  })

  for (const text of ['', '0x', 'xyz', '-1', '12 34', '1'.repeat(41)]) {
    test(`"${text.slice(0, 10)}" is none`, () => {
      assert.throws(
        () => parseSerialNumber(text),
        (error) => error instanceof CaProblem && error.code === 'serial_malformed',
      )
    })
  }
})

describe('the states of a certificate', () => {
  const now = new Date('2026-06-01T12:00:00Z')
  const at = (reason: EjbcaRevocationReason): Revocation =>
    reason === 'NOT_REVOKED'
      ? notRevoked
      : { reason, revokedAt: new Date('2026-05-01T00:00:00Z'), invalidityDate: null }
  const states = ejbcaRevocationReasons.filter((reason) => reason !== 'REMOVE_FROM_CRL')

  /** What may come after what: everything else is refused. */
  function allowed(from: EjbcaRevocationReason, asked: EjbcaRevocationReason): boolean {
    const isRelease = asked === 'NOT_REVOKED' || asked === 'REMOVE_FROM_CRL'
    if (from === 'NOT_REVOKED') return !isRelease
    if (from === 'CERTIFICATE_HOLD') return asked !== 'CERTIFICATE_HOLD'
    return asked === 'KEY_COMPROMISE' && from !== 'KEY_COMPROMISE'
  }

  for (const from of states) {
    for (const asked of ejbcaRevocationReasons) {
      test(`${from} → ${asked}: ${allowed(from, asked) ? 'yes' : 'no'}`, () => {
        const go = () => revise(at(from), { reason: asked, date: null, invalidityDate: null }, now)
        if (!allowed(from, asked)) {
          assert.throws(go, (error) => error instanceof CaProblem && error.status === 409)
          return
        }
        const next = go()
        const isRelease = asked === 'NOT_REVOKED' || asked === 'REMOVE_FROM_CRL'
        assert.equal(next.reason, isRelease ? 'NOT_REVOKED' : asked)
        assert.equal(next.revokedAt === null, isRelease)
      })
    }
  }

  test('any sequence of requests leaves a certificate in a state that exists, and a final one final', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ejbcaRevocationReasons), { maxLength: 12 }), (requests) => {
        let state: Revocation = notRevoked
        for (const reason of requests) {
          const before: Revocation = state
          try {
            state = revise(before, { reason, date: null, invalidityDate: null }, now)
          } catch (error) {
            assert.ok(error instanceof CaProblem)
          }
          assert.equal(state.reason === 'NOT_REVOKED', state.revokedAt === null)
          const wasFinal = before.reason !== 'NOT_REVOKED' && before.reason !== 'CERTIFICATE_HOLD'
          if (wasFinal) assert.notEqual(state.revokedAt, null)
          if (before.revokedAt && state.revokedAt) assert.equal(state.revokedAt, before.revokedAt)
        }
      }),
    )
  })
})

describe('searches', () => {
  const search = (criteria: unknown[]) => parseSearch({ max_number_of_results: 10, criteria: criteria as never })
  const criterion = (property: string, operation: string, value: string) => ({ property, operation, value })

  test('what is allowed', () => {
    const parsed = search([
      criterion('QUERY', 'LIKE', 'a'),
      criterion('CA', 'EQUAL', 'CloudSigner Issuing CA'),
      criterion('CA', 'EQUAL', 'CloudSigner Root CA'),
      criterion('STATUS', 'EQUAL', 'CERT_ACTIVE'),
      criterion('STATUS', 'EQUAL', 'REVOCATION_REASON_KEYCOMPROMISE'),
      criterion('ISSUED_DATE', 'AFTER', '2026-01-01T00:00:00Z'),
      criterion('ISSUED_DATE', 'BEFORE', '2027-01-01T00:00:00+01:00'),
      criterion('CERTIFICATE_PROFILE', 'EQUAL', 'ENDUSER'),
    ])
    assert.deepEqual(parsed.issuers, ['issuing', 'root'])
    assert.deepEqual(parsed.statuses, ['ACTIVE', 'KEY_COMPROMISE'])
    assert.equal(parsed.dates.length, 2)
  })

  for (const [name, criteria, message] of [
    [
      'QUERY twice',
      [criterion('QUERY', 'EQUAL', 'a'), criterion('QUERY', 'LIKE', 'b')],
      "Invalid criteria value, multiple 'QUERY' properties are not allowed.",
    ],
    [
      'a status twice',
      [criterion('STATUS', 'EQUAL', 'CERT_ACTIVE'), criterion('STATUS', 'EQUAL', 'CERT_ACTIVE')],
      "Invalid criteria value, multiple 'STATUS' properties are not allowed.",
    ],
    [
      'BEFORE twice',
      [
        criterion('EXPIRE_DATE', 'BEFORE', '2026-01-01T00:00:00Z'),
        criterion('EXPIRE_DATE', 'BEFORE', '2027-01-01T00:00:00Z'),
      ],
      "Invalid criteria value, multiple 'EXPIRE_DATE' properties are not allowed.",
    ],
    [
      'an operation of another property',
      [criterion('QUERY', 'BEFORE', 'a')],
      "Invalid search criteria's operation, unrecognized for its property.",
    ],
    ['an unknown CA', [criterion('CA', 'EQUAL', 'None')], 'Invalid search criteria content, unknown CA.'],
    [
      'an unknown certificate profile',
      [criterion('CERTIFICATE_PROFILE', 'EQUAL', 'None')],
      'Invalid search criteria content, unknown certificate profile.',
    ],
    [
      'an unknown end entity profile',
      [criterion('END_ENTITY_PROFILE', 'EQUAL', 'None')],
      'Invalid search criteria content, unknown end entity profile.',
    ],
    ['an unknown status', [criterion('STATUS', 'EQUAL', 'FINE')], 'Invalid search criteria content, unknown status.'],
    [
      'a date that is none',
      [criterion('ISSUED_DATE', 'AFTER', 'soon')],
      'Invalid search criteria value, the date is not ISO 8601.',
    ],
  ] as const) {
    test(`refuses ${name}`, () => {
      assert.throws(() => search([...criteria]), { code: 'criteria_invalid', message })
    })
  }
})

describe('moments', () => {
  test('ISO 8601 with a zone, and the form of EJBCA', () => {
    assert.equal(isoSecond(new Date('2026-06-01T12:00:00.999Z')), '2026-06-01T12:00:00Z')
    assert.deepEqual(parseIsoDate('2026-06-01T14:00:00+02:00'), new Date('2026-06-01T12:00:00Z'))
    assert.deepEqual(parseIsoDate('2026-06-01T14:00:00+0200'), new Date('2026-06-01T12:00:00Z'))
    assert.deepEqual(parseValidityLimit('2026-06-01 12:00:00'), new Date('2026-06-01T12:00:00Z'))
    assert.deepEqual(parseValidityLimit('2026-06-01T12:00:00Z'), new Date('2026-06-01T12:00:00Z'))
    for (const text of ['', 'x', '2026-06-01', '2026-13-01T00:00:00Z', '2026-06-01T12:00:00'])
      assert.equal(parseIsoDate(text), null, text)
  })
})

test('hosts become names and addresses, each once', () => {
  assert.deepEqual(alternativeNames(['127.0.0.1', 'LOCALHOST', 'localhost', '0.0.0.0', '::']), [
    { ipAddress: Uint8Array.of(127, 0, 0, 1) },
    { dnsName: 'localhost' },
  ])
  const [v6] = alternativeNames(['2001:db8::1:0'])
  assert.deepEqual(v6, { ipAddress: Uint8Array.from(Buffer.from('20010db8000000000000000000010000', 'hex')) })
})

describe('configuration', () => {
  const good: CaConfig = {
    rest: { host: '127.0.0.1', port: 0 },
    public: { host: '127.0.0.1', port: 0 },
    publicUrl: 'http://pki.example.com',
  }
  test('a good one', () => assertConfig(good))
  for (const [name, change, message] of [
    ['https', { publicUrl: 'https://pki.example.com' }, /http URL/],
    ['a trailing slash', { publicUrl: 'http://pki.example.com/' }, /trailing slash/],
    ['an issuing CA that outlives the root', { periods: { issuingDays: 8000 } }, /issuingDays/],
    ['a signer that outlives the issuing CA', { periods: { signerDays: 4000 } }, /signerDays/],
    ['no time at all', { periods: { crlHours: 0 } }, /crlHours/],
  ] as const) {
    test(`stops the start for ${name}`, () => {
      assert.throws(() => assertConfig({ ...good, ...change }), message)
    })
  }
})
