import type { Clock } from '../clock.ts'

export interface FixedClock extends Clock {
  set(time: Date | string): void
  advance(seconds: number): void
}

/** A clock that stands until it is moved. */
export function createFixedClock(start: Date | string = '2026-06-01T12:00:00.000Z'): FixedClock {
  let milliseconds = new Date(start).getTime()
  return {
    now: () => new Date(milliseconds),
    set(time) {
      milliseconds = new Date(time).getTime()
    },
    advance(seconds) {
      milliseconds += seconds * 1000
    },
  }
}
