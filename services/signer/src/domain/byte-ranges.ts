/** Range requests for bytes: RFC 9110 §14. Pure; what is sent is decided here, how it is read elsewhere. */

/** First and last byte, both inclusive, as `Content-Range` counts. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

export type RangeSelection =
  /** No usable Range: the whole representation (200). */
  | { readonly kind: 'whole' }
  | { readonly kind: 'ranges'; readonly ranges: readonly [ByteRange, ...ByteRange[]] }
  /** 416; Content-Range then gives the size alone. */
  | { readonly kind: 'unsatisfiable' }

/** RFC 9110 §17.15: many small or overlapping ranges are an attack; more than this many are answered with the whole. */
const maxRanges = 16

/**
 * What a Range header selects of `size` bytes. A unit other than bytes, or a malformed set, is ignored (§14.2: "MUST
 * ignore", "MAY ignore"); unsatisfiable members are left out, and where none is left the set is unsatisfiable.
 * Ranges that overlap or touch are joined (§15.3.7.2 lets a server coalesce), in the order in which they were asked.
 */
export function selectRanges(header: string | undefined, size: number): RangeSelection {
  const set = header?.match(/^bytes=([\d\s,-]+)$/i)?.[1]
  if (set === undefined) return { kind: 'whole' }
  const specs = set
    .split(',')
    .map((spec) => spec.trim())
    .filter((spec) => spec !== '')
  if (specs.length === 0 || specs.length > maxRanges) return { kind: 'whole' }
  const ranges: ByteRange[] = []
  for (const spec of specs) {
    const range = parseSpec(spec, size)
    if (range === 'malformed') return { kind: 'whole' }
    if (range !== 'unsatisfiable') join(ranges, range)
  }
  const [head, ...tail] = ranges
  return head === undefined ? { kind: 'unsatisfiable' } : { kind: 'ranges', ranges: [head, ...tail] }
}

/** int-range or suffix-range of §14.1.1. */
function parseSpec(spec: string, size: number): ByteRange | 'malformed' | 'unsatisfiable' {
  const [, from, to] = spec.match(/^(\d*)-(\d*)$/) ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return 'malformed'
  if (from === '') {
    const length = Number(to)
    return length === 0 || size === 0 ? 'unsatisfiable' : { first: Math.max(0, size - length), last: size - 1 }
  }
  const first = Number(from)
  if (to !== '' && Number(to) < first) return 'malformed'
  if (first >= size) return 'unsatisfiable'
  return { first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) }
}

/** Adds a range; those that it overlaps or touches become one with it, at the place of the first of them. */
function join(ranges: ByteRange[], added: ByteRange): void {
  const touching = ranges.filter((each) => each.first <= added.last + 1 && added.first <= each.last + 1)
  const joined = touching.reduce(
    (sum, each) => ({ first: Math.min(sum.first, each.first), last: Math.max(sum.last, each.last) }),
    added,
  )
  const place = touching[0] === undefined ? ranges.length : ranges.indexOf(touching[0])
  ranges.splice(place, touching.length === 0 ? 0 : 1, joined)
  for (const each of touching.slice(1)) ranges.splice(ranges.indexOf(each), 1)
}

export function lengthOf(range: ByteRange): number {
  return range.last - range.first + 1
}

/** A stored piece of a file, as long as `size`. */
export interface Segment {
  readonly blob: string
  readonly size: number
}

/** The reads, in order, that give a range of the segments' concatenation. */
export function readsOf<Piece extends { readonly size: number }>(
  segments: readonly Piece[],
  range: ByteRange,
): readonly { readonly segment: Piece; readonly offset: number; readonly length: number }[] {
  const reads: { segment: Piece; offset: number; length: number }[] = []
  let start = 0
  for (const segment of segments) {
    const first = Math.max(range.first, start)
    const end = Math.min(range.last + 1, start + segment.size)
    if (first < end) reads.push({ segment, offset: first - start, length: end - first })
    start += segment.size
  }
  return reads
}

/**
 * RFC 9110 §13.1.5: If-Range holds only for a strong validator that is the same; a date never does here, since we send
 * no Last-Modified.
 */
export function rangeApplies(ifRange: string | undefined, entityTag: string): boolean {
  return ifRange === undefined || ifRange.trim() === entityTag
}
