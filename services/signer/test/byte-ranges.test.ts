import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lengthOf, rangeApplies, readsOf, selectRanges } from '../src/domain/byte-ranges.ts'

const whole = { kind: 'whole' }
const unsatisfiable = { kind: 'unsatisfiable' }
const ranges = (...pairs: readonly (readonly [number, number])[]) => ({
  kind: 'ranges',
  ranges: pairs.map(([first, last]) => ({ first, last })),
})

const cases: readonly (readonly [what: string, header: string | undefined, expected: unknown])[] = [
  ['no header', undefined, whole],
  ['a first and a last byte', 'bytes=0-499', ranges([0, 499])],
  ['one byte', 'bytes=0-0', ranges([0, 0])],
  ['from a byte on', 'bytes=9500-', ranges([9500, 9999])],
  ['the last bytes', 'bytes=-500', ranges([9500, 9999])],
  ['more last bytes than there are', 'bytes=-20000', ranges([0, 9999])],
  ['an end beyond the file', 'bytes=9000-20000', ranges([9000, 9999])],
  ['several', 'bytes=0-9,100-109', ranges([0, 9], [100, 109])],
  ['several, in the order asked', 'bytes=100-109,0-9', ranges([100, 109], [0, 9])],
  ['spaces and empty members (RFC 9110 §5.6.1)', 'bytes= 0-9 , , 100-109', ranges([0, 9], [100, 109])],
  ['ranges that overlap', 'bytes=0-99,50-149', ranges([0, 149])],
  ['ranges that touch', 'bytes=0-99,100-149', ranges([0, 149])],
  ['one that joins two others', 'bytes=0-9,100-109,5-104', ranges([0, 109])],
  ['one satisfiable of two', 'bytes=20000-,0-9', ranges([0, 9])],
  ['the unit in capitals', 'Bytes=0-9', ranges([0, 9])],
  ['a start beyond the file', 'bytes=10000-', unsatisfiable],
  ['no last bytes at all', 'bytes=-0', unsatisfiable],
  ['another unit', 'pages=1-2', whole],
  ['an end before its start', 'bytes=10-9', whole],
  ['nothing on either side', 'bytes=-', whole],
  ['no ranges', 'bytes=', whole],
  ['letters', 'bytes=a-b', whole],
  ['a negative number', 'bytes=--5', whole],
  ['too many ranges', `bytes=${Array.from({ length: 17 }, (_, i) => `${i * 10}-${i * 10 + 1}`).join(',')}`, whole],
]

for (const [what, header, expected] of cases) {
  test(`Range: ${what}`, () => assert.deepEqual(selectRanges(header, 10_000), expected))
}

test('an empty file satisfies no range', () => {
  assert.deepEqual(selectRanges('bytes=0-', 0), unsatisfiable)
  assert.deepEqual(selectRanges('bytes=-5', 0), unsatisfiable)
})

test('whatever is selected lies in the file, does not overlap, and is what was asked for', () => {
  const spec = fc.oneof(
    fc.tuple(fc.nat(120), fc.nat(120)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
    fc.nat(120).map((first) => [first, Number.POSITIVE_INFINITY] as const),
  )
  fc.assert(
    fc.property(fc.array(spec, { minLength: 1, maxLength: 16 }), fc.integer({ min: 1, max: 100 }), (specs, size) => {
      const header = `bytes=${specs.map(([a, b]) => `${a}-${Number.isFinite(b) ? b : ''}`).join(',')}`
      const selection = selectRanges(header, size)
      const asked = new Set<number>()
      for (const [a, b] of specs) for (let byte = a; byte <= Math.min(b, size - 1); byte++) asked.add(byte)
      if (selection.kind === 'unsatisfiable') return assert.equal(asked.size, 0)
      assert.equal(selection.kind, 'ranges')
      if (selection.kind !== 'ranges') return
      const sent: number[] = []
      for (const { first, last } of selection.ranges) for (let byte = first; byte <= last; byte++) sent.push(byte)
      assert.equal(new Set(sent).size, sent.length, 'no byte twice')
      assert.deepEqual(new Set(sent), asked)
    }),
  )
})

test('the parser answers whatever the header holds', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(1000), (text, size) => {
      assert.ok(['whole', 'ranges', 'unsatisfiable'].includes(selectRanges(`bytes=${text}`, size).kind))
      assert.ok(['whole', 'ranges', 'unsatisfiable'].includes(selectRanges(text, size).kind))
    }),
  )
})

test('the reads of a range give the very bytes of the concatenation', () => {
  const segments = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(segments, fc.nat(), fc.nat(), (contents, a, b) => {
      const file = Buffer.concat(contents)
      const [first, last] = [a % file.length, b % file.length].toSorted((x, y) => x - y) as [number, number]
      const reads = readsOf(
        contents.map((content) => ({ content, size: content.length })),
        { first, last },
      )
      const read = reads.map(({ segment: { content }, offset, length }) => {
        assert.ok(length > 0 && offset + length <= content.length)
        return content.subarray(offset, offset + length)
      })
      assert.deepEqual(Buffer.concat(read), file.subarray(first, last + 1))
      assert.equal(lengthOf({ first, last }), last - first + 1)
    }),
  )
})

test('If-Range holds for the strong entity tag alone', () => {
  assert.equal(rangeApplies(undefined, '"a"'), true)
  assert.equal(rangeApplies('"a"', '"a"'), true)
  assert.equal(rangeApplies('"b"', '"a"'), false)
  assert.equal(rangeApplies('W/"a"', '"a"'), false)
  assert.equal(rangeApplies('Wed, 21 Oct 2026 07:28:00 GMT', '"a"'), false)
})
