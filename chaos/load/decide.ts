import type { Outcome } from '../journal.ts'
import type { JourneyEnd, Plan } from './plan.ts'

/** The last calls of a document's life. */
export interface Decision {
  sign(): Promise<Outcome<unknown>>
  reject(): Promise<Outcome<unknown>>
  download(): Promise<Outcome<unknown>>
}

/** Hands in the signature as the plan has it, and fetches the file, unless a rejection was faster. */
export async function decide(
  { sign, reject, download }: Decision,
  { isImpatient, isContested }: Pick<Plan, 'isImpatient' | 'isContested'>,
): Promise<JourneyEnd> {
  const [rejected] = await Promise.all([isContested ? reject() : undefined, sign(), isImpatient ? sign() : undefined])
  if (rejected?.kind === 'acknowledged') return 'rejected'
  const file = await download()
  return file.kind === 'acknowledged' ? 'signed' : 'lost'
}
