import type { Moment } from '@cloudsigner/contracts/powerauth-private'
import { refuse } from './errors.ts'

/** A moment of a request. Throws ERR0024 where the text is well formed and yet no moment, such as a 30th of February. */
export function readMoment(moment: Moment): Date {
  const date = new Date(moment)
  if (Number.isNaN(date.getTime())) throw refuse('ERR0024', { reason: 'no such moment' })
  return date
}

/** `2026-11-23T22:34:36.229+00:00`, as the genuine server writes moments. */
export function writeMoment(date: Date): string {
  return date.toISOString().replace('Z', '+00:00')
}

/** Whether `timestamp` (milliseconds) is within `tolerance` of now, either way (protocol §5.6). */
export function isTimely(timestamp: number, now: Date, tolerance: number): boolean {
  return Math.abs(now.getTime() - timestamp) <= tolerance
}
