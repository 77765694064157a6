import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  PdfDictionary,
  PdfError,
  PdfName,
  type PdfObject,
  PdfReference,
  PdfString,
  parseObject,
  serialiseObject,
} from '@cloudsigner/pdf'
import { latin1, text } from '@cloudsigner/testing'
import fc from 'fast-check'

const bytes = fc.uint8Array({ maxLength: 24 })
const nameText = bytes.map(text)
const real = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e25, max: 1e25 }).map((value) => value || 0)
const leaf: fc.Arbitrary<PdfObject> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  real,
  nameText.map((value) => new PdfName(value)),
  fc.tuple(bytes, fc.boolean()).map(([value, hexadecimal]) => new PdfString(value, hexadecimal)),
  fc.tuple(fc.nat(), fc.nat(65535)).map(([number, generation]) => new PdfReference(number, generation)),
)
const anyObject: fc.Arbitrary<PdfObject> = fc.letrec<{ value: PdfObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(
        fc.tuple(
          nameText,
          tie('value').filter((value) => value !== null),
        ),
        { maxLength: 5 },
      )
      .map((entries) => new PdfDictionary(entries)),
  ),
})).value

/** Compares by content: a dictionary's entries are private. */
function plain(value: PdfObject): unknown {
  if (value instanceof PdfDictionary)
    return { dictionary: [...value.entries()].map(([key, entry]) => [key, plain(entry)]) }
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof PdfString) return { string: [...value.bytes], hexadecimal: value.hexadecimal }
  return value
}

test('what is serialised is parsed back to the same value (7.3)', () => {
  fc.assert(
    fc.property(anyObject, (value) => {
      assert.deepEqual(plain(parseObject(serialiseObject(value))), plain(value))
    }),
    { numRuns: 500 },
  )
})

test('an integer before one too long for a generation is a number, not half a reference', () => {
  const parsed = parseObject(new TextEncoder().encode('[0 1000000000000000 1 0 R 2 00000 R]'))
  assert.deepEqual(plain(parsed), plain([0, 1e15, new PdfReference(1, 0), new PdfReference(2, 0)]))
})

test('serialising what was parsed is stable', () => {
  fc.assert(
    fc.property(anyObject, (value) => {
      const once = serialiseObject(value)
      assert.deepEqual(serialiseObject(parseObject(once)), once)
    }),
  )
})

test('any bytes are parsed or refused with PdfError, never else', () => {
  const pdfLike = fc.array(
    fc.constantFrom(
      '<<',
      '>>',
      '[',
      ']',
      '(',
      ')',
      '<',
      '>',
      '/',
      '1',
      ' 0 R',
      '#',
      '\\',
      ' ',
      'true',
      '%',
      '\n',
      '-.',
      'obj',
    ),
  )
  fc.assert(
    fc.property(
      fc.oneof(
        bytes,
        pdfLike.map((parts) => latin1(parts.join(''))),
      ),
      (input) => {
        try {
          parseObject(input)
        } catch (error) {
          assert.ok(error instanceof PdfError, String(error))
          assert.equal(typeof error.offset, 'number')
        }
      },
    ),
    { numRuns: 1000 },
  )
})

const accepted: readonly (readonly [string, string, string])[] = [
  ['7.3.3 integers', '[1 +17 -98 0]', '[1 17 -98 0]'],
  ['7.3.3 reals', '[34.5 -3.62 +123.6 4. -.002 0.0]', '[34.5 -3.62 123.6 4 -0.002 0]'],
  ['7.3.4.2 escapes', '(a\\(b\\)\\\\ \\101\\7\\n)', '(a\\(b\\)\\\\ A\x07\n)'],
  ['7.3.4.2 line continuation and end of line', '(a\\\r\nb\r\nc\rd)', '(ab\nc\nd)'],
  ['7.3.4.2 balanced parentheses', '(a(b)c)', '(a\\(b\\)c)'],
  ['7.3.4.3 odd number of digits', '<901FA>', '<901fa0>'],
  ['7.3.5 escapes in names', '/A#20B#2fC', '/A#20B#2fC'],
  ['7.3.5 the empty name', '[/ /]', '[/ /]'],
  ['7.3.10 references beside integers', '[1 0 R 2 3 4 0 R]', '[1 0 R 2 3 4 0 R]'],
  ['7.2.4 comments', '<</A % >>\n1>>', '<</A 1>>'],
  ['7.3.7 null as no entry', '<</A null /B 1>>', '<</B 1>>'],
  ['7.3.7 the last of equal keys counts', '<</A 1/A 2>>', '<</A 2>>'],
]
for (const [what, input, output] of accepted)
  test(`accepts ${what}`, () => assert.equal(text(serialiseObject(parseObject(latin1(input)))), output))

const refused: readonly (readonly [string, string, string, number])[] = [
  ['an unclosed string', '(abc', 'unexpected_end', 4],
  ['an unclosed array', '[1 2', 'unexpected_end', 4],
  ['an unclosed hexadecimal string', '<00', 'unexpected_end', 3],
  ['nothing', '', 'unexpected_end', 0],
  ['a hexadecimal string with other characters', '<0x>', 'syntax', 2],
  ['a key that is no name', '<<1 2>>', 'syntax', 2],
  ['a dictionary that ends with one bracket', '<</A 1>', 'syntax', 6],
  ['an unknown keyword', '[foo]', 'syntax', 1],
  ['a number with two signs', '--1', 'syntax', 0],
  ['a number with an exponent', '1e5', 'syntax', 0],
  ['a second object', '1 2', 'syntax', 2],
]
for (const [what, input, code, offset] of refused)
  test(`refuses ${what}: ${code} at ${offset}`, () =>
    assert.throws(() => parseObject(latin1(input)), { name: 'PdfError', code, offset }))
