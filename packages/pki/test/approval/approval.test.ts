import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Approval,
  buildApproval,
  buildDeviceKeyBinding,
  type DeviceKeyBinding,
  encodeDer,
  hashAlgorithmIdentifier,
  PkiError,
  readApproval,
  readDeviceKeyBinding,
  tryReading,
} from '@cloudsigner/pki'
import fc from 'fast-check'
import { bytesOf, hex } from '../fixture.ts'

const ecdsaWithSha256 = bytesOf('300a06082a8648ce3d040302')
const sha256WithRsa = bytesOf('300d06092a864886f70d01010b0500')
const sha256 = hashAlgorithmIdentifier('SHA-256')

const approval: Approval = {
  signerId: 'A',
  credential: new Uint8Array(32).fill(1),
  signatureAlgorithm: ecdsaWithSha256,
  digestAlgorithm: sha256,
  documents: [{ documentId: 'd', dtbsr: new Uint8Array(32).fill(2) }],
  notAfter: new Date('2026-11-25T12:00:00Z'),
  nonce: new Uint8Array(32).fill(3),
}

const binding: DeviceKeyBinding = {
  signerId: 'A',
  userId: 'ž',
  notAfter: new Date('2026-11-25T12:05:00Z'),
  nonce: new Uint8Array(32).fill(3),
}

test('a device key binding is written as its definition says, octet for octet', () => {
  assert.equal(
    hex(buildDeviceKeyBinding(binding)),
    '305d' +
      `0c21${Buffer.from('cloudsigner/device-key-binding/v1').toString('hex')}` +
      '0c0141' +
      '0c02c5be' +
      `180f${Buffer.from('20261125120500Z').toString('hex')}` +
      `0420${'03'.repeat(32)}`,
  )
  assert.deepEqual(readDeviceKeyBinding(buildDeviceKeyBinding(binding)), binding)
})

test('an approval is written as its definition says, octet for octet', () => {
  assert.equal(
    hex(buildApproval(approval)),
    '3081b5' +
      `0c17${Buffer.from('cloudsigner/approval/v1').toString('hex')}` +
      '0c0141' +
      `0420${'01'.repeat(32)}` +
      '300a06082a8648ce3d040302' +
      '300b0609608648016503040201' +
      // [0] is EXPLICIT: SEQUENCE OF, then SEQUENCE { documentId, dtbsr }.
      `a0293027${`30250c01640420${'02'.repeat(32)}`}` +
      `180f${Buffer.from('20261125120000Z').toString('hex')}` +
      `0420${'03'.repeat(32)}`,
  )
  assert.deepEqual(readApproval(buildApproval(approval)), approval)
})

test('neither structure begins as anything else does that a device key signs', () => {
  for (const der of [buildApproval(approval), buildDeviceKeyBinding(binding)]) {
    const content = der[1] === 0x81 ? der[3] : der[2]
    assert.equal(der[0], 0x30)
    assert.equal(content, 0x0c)
  }
})

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const moment = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000))

const plainObject = { noNullPrototype: true }

const bindings = fc.record({ signerId: text, userId: text, notAfter: moment, nonce: octets(32) }, plainObject)
const approvals = fc.record(
  {
    signerId: text,
    credential: octets(32),
    signatureAlgorithm: fc.constantFrom(ecdsaWithSha256, sha256WithRsa),
    digestAlgorithm: fc.constant(sha256),
    documents: fc.array(fc.record({ documentId: text, dtbsr: octets(32) }, plainObject), {
      minLength: 1,
      maxLength: 3,
    }),
    notAfter: moment,
    nonce: octets(32),
  },
  plainObject,
)

/** An encoding with one octet set, dropped or doubled, or two encodings crossed. */
function mutated(ders: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(ders, ders, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.constantFrom('set', 'drop', 'double', 'cross'))
    .map(([bytes, other, at, octet, how]) => {
      const changed = [...bytes]
      const index = at % changed.length
      if (how === 'set') changed[index] = octet
      if (how === 'drop') changed.splice(index, 1)
      if (how === 'double') changed.splice(index, 0, changed[index] ?? 0)
      if (how === 'cross') changed.splice(index, changed.length, ...[...other].slice(index))
      return Uint8Array.from(changed)
    })
}

/** What is accepted has one encoding: so two encodings never mean the same, and one never means two things. */
function holds<Fields>(
  fields: fc.Arbitrary<Fields>,
  build: (fields: Fields) => Uint8Array,
  read: (der: Uint8Array) => Fields,
) {
  let accepted = 0
  let refused = 0
  fc.assert(
    fc.property(fields, (value) => {
      assert.deepEqual(read(build(value)), value)
    }),
    { numRuns: 300 },
  )
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: mutated(fields.map(build)) }, fc.uint8Array()), (der) => {
      const value = tryReading(() => read(der))
      if (value instanceof PkiError) {
        refused++
        return
      }
      accepted++
      assert.deepEqual(build(value), der)
    }),
    { numRuns: 4000 },
  )
  assert.ok(accepted > 100 && refused > 1000, `${accepted} accepted and ${refused} refused: the property says little`)
}

test('a device key binding that is accepted is the one that would have been written', () => {
  holds(bindings, buildDeviceKeyBinding, readDeviceKeyBinding)
})

test('an approval that is accepted is the one that would have been written', () => {
  holds(approvals, buildApproval, readApproval)
})

const malformed = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof PkiError && error.code === code && message.test(error.message)

test('one structure is never read as the other', () => {
  assert.throws(() => readApproval(buildDeviceKeyBinding(binding)), malformed('approval_malformed', /purpose/))
  assert.throws(() => readDeviceKeyBinding(buildApproval(approval)), malformed('binding_malformed', /purpose/))
})

const unbuildable: readonly (readonly [string, Partial<Approval>, string, RegExp])[] = [
  ['no document', { documents: [] }, 'approval_malformed', /0 documents/],
  [
    'more than a hundred documents',
    { documents: Array.from({ length: 101 }, () => ({ documentId: 'd', dtbsr: new Uint8Array(32) })) },
    'approval_malformed',
    /101 documents/,
  ],
  ['a short nonce', { nonce: new Uint8Array(31) }, 'approval_malformed', /nonce of 31/],
  ['a credential that is no SHA-256', { credential: new Uint8Array(48) }, 'approval_malformed', /credential of 48/],
  ['an empty signerId', { signerId: '' }, 'approval_malformed', /signerId of 0/],
  ['a signerId too long', { signerId: 'x'.repeat(1001) }, 'approval_malformed', /signerId of 1001/],
  ['a lone surrogate', { signerId: '\ud800' }, 'approval_malformed', /well-formed/],
  ['a fraction of a second', { notAfter: new Date(1) }, 'approval_malformed', /whole seconds/],
  ['no moment', { notAfter: new Date(Number.NaN) }, 'approval_malformed', /whole seconds/],
  [
    'a digest of another length than its algorithm',
    { documents: [{ documentId: 'd', dtbsr: new Uint8Array(48) }] },
    'approval_malformed',
    /dtbsr of 48/,
  ],
  ['SHA-1', { digestAlgorithm: hashAlgorithmIdentifier('SHA-1') }, 'algorithm_unsupported', /SHA-1/],
  ['an unknown signature', { signatureAlgorithm: sha256 }, 'algorithm_unsupported', /signature algorithm/],
]
for (const [name, change, code, message] of unbuildable) {
  test(`an approval with ${name} is not written`, () => {
    assert.throws(() => buildApproval({ ...approval, ...change }), malformed(code, message))
  })
}

const der = (text: string) => bytesOf(text)
const purpose = `0c17${Buffer.from('cloudsigner/approval/v1').toString('hex')}`
const head = `${purpose}0c01410420${'01'.repeat(32)}${hex(ecdsaWithSha256)}${hex(sha256)}`
const documentToSign = `30250c01640420${'02'.repeat(32)}`
const tail = `180f${Buffer.from('20261125120000Z').toString('hex')}0420${'03'.repeat(32)}`
const sequenceOf = (content: string) => encodeDer(0x30, der(content))

const unreadable: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['the tree form', sequenceOf(`${head}a1273025020101${`0420${'02'.repeat(32)}`}${tail}`), /documents as a list/],
  ['IMPLICIT tags', sequenceOf(`${head}a027${documentToSign}${tail}`), /SEQUENCE OF|DocumentToSign|one element/],
  ['an empty list', sequenceOf(`${head}a0023000${tail}`), /no document/],
  [
    'a fraction of a second',
    sequenceOf(
      `${head}a0293027${documentToSign}1811${Buffer.from('20261125120000.5Z').toString('hex')}0420${'03'.repeat(32)}`,
    ),
    /whole seconds/,
  ],
  ['a member too many', sequenceOf(`${head}a0293027${documentToSign}${tail}0500`), /too many/],
  ['nothing after the purpose', sequenceOf(purpose), /signerId expected/],
]
for (const [name, bytes, message] of unreadable) {
  test(`an approval with ${name} is not read`, () => {
    assert.throws(() => readApproval(bytes), malformed('approval_malformed', message))
  })
}

test('more octets than any approval has are refused unread', () => {
  assert.throws(() => readApproval(new Uint8Array(64 * 1024 + 1)), malformed('too_large', /at most/))
  assert.throws(() => readDeviceKeyBinding(new Uint8Array(4 * 1024 + 1)), malformed('too_large', /at most/))
})
