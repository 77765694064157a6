import type { Via } from '../journal.ts'
import type { Chance } from '../random.ts'

export type JourneyEnd = 'lost' | 'left' | 'rejected' | 'signed'

/** What is to become of a document. */
export interface Plan {
  /** By which API it goes. */
  readonly via: Via
  readonly fate: Exclude<JourneyEnd, 'lost'>
  /** The signature is handed in twice at a time, as by a client that does not wait for its answer; `signer` alone. */
  readonly isImpatient: boolean
  /** It is rejected at the same time as it is signed; `signer` alone. One of the two gets its way. */
  readonly isContested: boolean
}

/** Of documents that were taken, how many are rejected, and how many are left to wait. */
const rejectedShare = 0.15
const leftShare = 0.05
const impatientShare = 0.1
const contestedShare = 0.1

export function planOf(chance: Chance): Plan {
  const via = chance.pick(['signer', 'bank'] as const)
  const drawn = chance.next()
  const fate = drawn < leftShare ? 'left' : drawn < leftShare + rejectedShare ? 'rejected' : 'signed'
  return { via, fate, isImpatient: chance.next() < impatientShare, isContested: chance.next() < contestedShare }
}
