import { refuse } from './errors.ts'

/** A century: more is no wish but a mistake, and no moment any more when it is added to one. */
const longest = 36_500 * 24 * 3600

/** Seconds of a duration of a request: ISO 8601 (as the contract's schema has it), or seconds. Throws ERR0024. */
export function readDuration(duration: string | number): number {
  const seconds = typeof duration === 'number' ? duration : secondsOf(duration)
  if (!(seconds >= 0 && seconds <= longest)) throw refuse('ERR0024', { reason: 'no such duration' })
  return seconds
}

function secondsOf(text: string): number {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text)
  if (match === null) return Number.NaN
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = match
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

/** `PT720H`, `PT2.5S`: as Java's Duration writes itself, in hours, minutes and seconds. */
export function writeDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds - hours * 3600) / 60)
  // Nanoseconds at most, without the noise of a binary fraction.
  const rest = Number((seconds - hours * 3600 - minutes * 60).toFixed(9))
  const text = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${rest ? `${rest}S` : ''}`
  return `PT${text || '0S'}`
}
