/**
 * Proofs of existence (ETSI EN 319 102-1 §5.6.2.3): from the newest time-stamp to the oldest, each judged as of the
 * earliest time that newer ones prove for it, so that an expired authority still counts where it was stamped in time.
 */
import type { EntryIntegrity } from './entry-integrity.ts'
import { judgeTokenTrust, type TokenVerdict } from './timestamp.ts'
import type { TrustContext } from './trust.ts'

export interface ProvenTimes {
  /** The entry's own time-stamps, judged: those of the signature value, or the one that the entry is. */
  readonly tokens: readonly TokenVerdict[]
  /** Earliest time at which the entry is proven to have been there; the time of validation where nothing proves more. */
  readonly bestSignatureTime: Date
}

/** In the order of `integrities`, which are oldest first. */
export async function proveTimes(
  integrities: readonly EntryIntegrity[],
  context: TrustContext,
): Promise<readonly ProvenTimes[]> {
  const times: ProvenTimes[] = []
  const proofs: { readonly by: EntryIntegrity; readonly time: Date }[] = []
  for (const integrity of integrities.toReversed()) {
    const stamped = proofs.filter(({ by }) => covers(by, integrity)).map(({ time }) => time)
    const at = earliest([context.validationTime, ...stamped])
    const tokens: TokenVerdict[] = []
    for (const token of integrity.token === null ? integrity.signatureTimestamps : [integrity.token]) {
      tokens.push(await judgeTokenTrust(token, at, context))
    }
    const own = tokens.map(({ provenTime }) => provenTime).filter((time) => time !== null)
    times.unshift({ tokens, bestSignatureTime: earliest([at, ...own]) })
    const [time] = own
    if (integrity.token !== null && time !== undefined) proofs.push({ by: integrity, time })
  }
  return times
}

/** A document time-stamp proves what it digested: all of `older` lies before its own gap, in a file read from its start. */
export function covers(stamp: EntryIntegrity, older: EntryIntegrity): boolean {
  const [range, olderRange] = [stamp.entry.byteRange, older.entry.byteRange]
  if (stamp === older || stamp.entry.type !== 'DocTimeStamp') return false
  if (range === null || olderRange === null || stamp.coverage === 'UNCLEAR') return false
  return olderRange.second + olderRange.secondLength <= range.firstLength
}

function earliest(times: readonly Date[]): Date {
  return new Date(Math.min(...times.map((time) => time.getTime())))
}
