import { VisualSignature } from '@cloudsigner/contracts/signer'
import { Check, Errors } from 'typebox/value'
import { SignerProblem } from '../domain/signer-problem.ts'

/**
 * The part `visualSignature`, as text or already parsed. Clients of the reference write members that they leave out as
 * null, so null is absence. REQUEST_VALIDATION_ERROR names the member that is wrong.
 */
export function readVisualSignature(part: unknown): VisualSignature {
  const value = withoutNulls(typeof part === 'string' ? parsed(part) : part)
  if (Check(VisualSignature, value)) return value
  const [first] = Errors(VisualSignature, value)
  throw new SignerProblem(
    'REQUEST_VALIDATION_ERROR',
    `visualSignature${first?.instancePath ?? ''} ${first?.message ?? 'is not valid'}`,
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SignerProblem('REQUEST_VALIDATION_ERROR', 'visualSignature is not JSON', {}, { cause })
  }
}

/** The contract's objects are nested twice at most; what lies deeper is not looked at. */
function withoutNulls(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > 2) return value
  const present = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(present.map(([name, member]) => [name, withoutNulls(member, depth + 1)]))
}
