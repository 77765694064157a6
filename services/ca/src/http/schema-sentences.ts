import type { SchemaFault } from '@cloudsigner/service'
import { invalidSerialNumber } from '../domain/serial-number.ts'

interface Row {
  readonly part: SchemaFault['part']
  /** Of the member, or its name in the sentence where it is missing. */
  readonly member: RegExp
  readonly keyword?: string
  readonly sentence: string
}

/** What EJBCA says where our schemas refuse; the first row that fits. Clients show these, and some look for them. */
const rows: readonly Row[] = [
  { part: 'params', member: /^\/certificate_serial_number$/, sentence: invalidSerialNumber },
  { part: 'querystring', member: /^\/reason$/, sentence: 'Invalid revocation reason.' },
  {
    part: 'body',
    member: /^\/max_number_of_results$/,
    keyword: 'maximum',
    sentence: 'Invalid maximum number of results, cannot be more than 400.',
  },
  {
    part: 'body',
    member: /^\/max_number_of_results$/,
    sentence: 'Invalid maximum number of results, cannot be less than 1.',
  },
  { part: 'body', member: /^\/criteria(\/\d+\/value)?$/, sentence: 'Invalid criteria value, cannot be empty.' },
  {
    part: 'body',
    member: /^\/criteria\/\d+\/property$/,
    sentence: "Invalid search criteria's property, unrecognized.",
  },
  {
    part: 'body',
    member: /^\/criteria\/\d+\/operation$/,
    sentence: "Invalid search criteria's operation, unrecognized.",
  },
]

/** Null where EJBCA has no sentence of its own. */
export function ejbcaSentence(faults: readonly SchemaFault[]): string | null {
  const [fault] = faults
  if (!fault) return null
  const missing = fault.keyword === 'required' ? /'([^']+)'/.exec(fault.message)?.[1] : undefined
  const member = missing === undefined ? fault.pointer : `${fault.pointer}/${missing}`
  const row = rows.find(
    (candidate) =>
      candidate.part === fault.part &&
      candidate.member.test(member) &&
      (candidate.keyword === undefined || candidate.keyword === fault.keyword),
  )
  return row?.sentence ?? null
}
