import { latin1 } from './characters.ts'
import { PdfString } from './objects.ts'

const pattern = /^(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([Z+-])(?:(\d\d)'?(?:(\d\d)'?)?)?)?$/

/** A date (7.9.4); null where it is none. Without an offset it counts as UTC, which the standard calls unknown. */
export function parseDate(value: PdfString): Date | null {
  const match = pattern.exec(latin1(value.bytes.subarray(0, 64)))
  if (!match) return null
  const part = (index: number, otherwise: number): number => Number(match[index] ?? otherwise)
  const [year, month, day, hour, minute, second] = [
    part(1, 0),
    part(2, 1),
    part(3, 1),
    part(4, 0),
    part(5, 0),
    part(6, 0),
  ]
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return null
  if (part(8, 0) > 23 || part(9, 0) > 59) return null
  const sign = match[7] === '+' ? 1 : match[7] === '-' ? -1 : 0
  const offsetMinutes = sign * (part(8, 0) * 60 + part(9, 0))
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second) - offsetMinutes * 60_000)
}

/** D:YYYYMMDDHHmmSSZ: in UTC, whole seconds. */
export function formatDate(date: Date): PdfString {
  const digits = date.toISOString().replace(/\D/g, '').slice(0, 14)
  return new PdfString(new TextEncoder().encode(`D:${digits}Z`))
}
