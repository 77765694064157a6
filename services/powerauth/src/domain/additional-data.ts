import type { AdditionalData } from '@cloudsigner/contracts/powerauth-private'
import { refuse } from './errors.ts'

/** Largest `additionalData` of an operation, all calls taken together, as JSON in UTF-16 units. */
const MAX_LENGTH = 65_536
/** Deepest nesting: what is deeper no JSON writer is asked to write. */
const MAX_DEPTH = 32

/**
 * What is kept, as JSON, with `more` merged in: later members win. Throws ERR0024 where it would be too large or too deep.
 */
export function mergeAdditionalData(stored: string, more: AdditionalData): string {
  if (isDeeper(more, MAX_DEPTH)) throw refuse('ERR0024', { reason: 'additionalData', deeperThan: MAX_DEPTH })
  const merged = JSON.stringify({ ...JSON.parse(stored), ...more })
  if (merged.length > MAX_LENGTH) throw refuse('ERR0024', { reason: 'additionalData', length: merged.length })
  return merged
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth === 0 || Object.values(value).some((member) => isDeeper(member, depth - 1))
}
