import assert from 'node:assert/strict'
import { test } from 'node:test'
import { derChildren, encodeDer, isCanonicalDer, PkiError, readCanonical, readDer } from '@cloudsigner/pki'
import fc from 'fast-check'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

/** Re-encodes what was read, from tags and contents alone. */
function reencode(element: { tag: number; content: Uint8Array; bytes: Uint8Array; offset: number }): Uint8Array {
  if ((element.tag & 0x20) === 0) return encodeDer(element.tag, element.content)
  return encodeDer(element.tag, ...derChildren(element).map(reencode))
}

test('DER we accept is DER we would have written (X.690 §10)', () => {
  const element = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, tie('primitive'), tie('constructed')),
    primitive: fc
      .tuple(
        fc.constantFrom(0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x80),
        fc.uint8Array({ maxLength: 20 }),
      )
      .map(([tag, content]) => encodeDer(tag, content)),
    constructed: fc
      .tuple(fc.constantFrom(0x30, 0x31, 0xa0), fc.array(tie('any'), { maxLength: 4 }))
      .map(([tag, members]) => encodeDer(tag, ...(members as Uint8Array[]))),
  })).any as fc.Arbitrary<Uint8Array>
  // A valid encoding, whole or with one octet changed, dropped or doubled.
  const mutated = fc
    .tuple(element, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.constantFrom('keep', 'set', 'drop', 'double'))
    .map(([bytes, at, octet, how]) => {
      const octets = [...bytes]
      const index = at % octets.length
      if (how === 'set') octets[index] = octet
      if (how === 'drop') octets.splice(index, 1)
      if (how === 'double') octets.splice(index, 0, octets[index] ?? 0)
      return Uint8Array.from(octets)
    })
  let accepted = 0
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 40 })), (bytes) => {
      if (!isCanonicalDer(bytes)) return
      accepted++
      assert.deepEqual(reencode(readDer(bytes)), bytes)
    }),
    { numRuns: 5000 },
  )
  assert.ok(accepted > 200, `only ${accepted} inputs were accepted: the property says nothing`)
})

test('no input makes the reader throw anything but PkiError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        readCanonical(bytes)
      } catch (error) {
        assert.ok(error instanceof PkiError)
      }
    }),
    { numRuns: 2000 },
  )
})

/** SEQUENCEs in one another, in hex. */
function nested(depth: number): string {
  let bytes: Uint8Array = encodeDer(0x30)
  for (let i = 1; i < depth; i++) bytes = encodeDer(0x30, bytes)
  return Buffer.from(bytes).toString('hex')
}

const refused: readonly (readonly [string, string, RegExp])[] = [
  ['an empty input', '', /truncated header/],
  ['a header alone', '30', /truncated header/],
  ['indefinite length', '30 80 00 00', /indefinite/],
  ['a length in more octets than needed', '04 81 01 00', /not minimal/],
  ['a long length with a leading zero', `04 82 00 80 ${'00'.repeat(128)}`, /not minimal/],
  ['content beyond the input', '04 05 00', /beyond/],
  ['a length of five octets', '04 85 00 00 00 00 01 00', /four octets/],
  ['bytes after the element', '05 00 00', /after the element/],
  ['a tag number above 30', '1f 21 00', /above 30/],
  ['BOOLEAN true that is not FF', '01 01 01', /BOOLEAN/],
  ['INTEGER without content', '02 00', /INTEGER/],
  ['INTEGER with a spare 00', '02 02 00 7f', /not minimal/],
  ['INTEGER with a spare FF', '02 02 ff 80', /not minimal/],
  ['BIT STRING with eight unused bits', '03 02 08 00', /BIT STRING/],
  ['BIT STRING with unused bits set', '03 02 04 0f', /unused bits set/],
  ['empty BIT STRING with unused bits', '03 01 01', /unused bits set/],
  ['NULL with content', '05 01 00', /NULL/],
  ['OBJECT IDENTIFIER that does not end', '06 02 2a 86', /OBJECT IDENTIFIER/],
  ['OBJECT IDENTIFIER with a leading 80', '06 03 2a 80 01', /not minimal/],
  ['OBJECT IDENTIFIER of 257 octets', `06 82 01 01 ${'01'.repeat(257)}`, /OBJECT IDENTIFIER/],
  ['a time with a tail', `18 30 ${Buffer.from(`20260101000000.${'1'.repeat(24)}ZZZZZZZZZ`).toString('hex')}`, /time/],
  ['constructed OCTET STRING', '24 03 04 01 00', /universal tag/],
  ['UTF8String that is not UTF-8', '0c 01 ff', /UTF-8/],
  ['UTCTime without seconds', '17 0b 32 36 30 31 30 31 30 30 30 30 5a', /time/],
  ['GeneralizedTime with a trailing zero', `18 12 ${Buffer.from('20260101000000.10Z').toString('hex')}`, /time/],
  ['SET OF in descending order', '31 06 02 01 02 02 01 01', /ascending/],
  ['end-of-contents', '00 00', /universal tag/],
  ['nesting deeper than 32', nested(40), /deeper/],
]

for (const [name, bytes, message] of refused) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => readCanonical(hex(bytes)),
      (error) => error instanceof PkiError && error.code === 'der_malformed' && message.test(error.message),
    )
  })
}

test('a fault deep inside is reported with its offset in the input', () => {
  assert.throws(
    () => readCanonical(hex('30 08 04 01 00 30 03 01 01 01')),
    (error) => error instanceof PkiError && error.offset === 7,
  )
})

test('more bytes than the bound are refused unread', () => {
  assert.throws(
    () => readCanonical(new Uint8Array(101), 100),
    (error) => error instanceof PkiError && error.code === 'too_large',
  )
})
