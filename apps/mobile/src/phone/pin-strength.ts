/** How guessable a PIN is. The server blocks after a few wrong ones, so that only the first guesses matter. */
export const PIN_LENGTH = 6

export type PinFault = 'same_digit' | 'few_digits' | 'sequence' | 'pattern' | 'common'
export type PinStrength =
  | { readonly verdict: 'incomplete' }
  | { readonly verdict: 'refused'; readonly fault: PinFault }
  /** Allowed, though somebody who knows the person may guess it. */
  | { readonly verdict: 'fair' }
  | { readonly verdict: 'good' }

/** Keypad figures and jokes, seen on top of every published list of PINs that the rules below do not catch. */
const common: ReadonlySet<string> = new Set([
  ...['159753', '357159', '147258', '147852', '258147', '258456', '369258', '741852', '789456', '456123', '963852'],
  ...['123654', '654123', '789654', '987456', '112358', '314159', '271828', '420420', '696969', '007007', '142536'],
])

const faults: Readonly<Record<PinFault, (pin: string) => boolean>> = {
  same_digit: (pin) => new Set(pin).size === 1,
  few_digits: (pin) => new Set(pin).size === 2,
  sequence: (pin) => isSequence(pin, 1) || isSequence(pin, -1) || isSequence(pin, 2) || isSequence(pin, -2),
  pattern: (pin) => repeats(pin, 3) || isMirrored(pin) || /^(\d)\1(\d)\2(\d)\3$/.test(pin),
  common: (pin) => common.has(pin),
}

export function judgePin(pin: string): PinStrength {
  if (!/^\d+$/.test(pin) || pin.length !== PIN_LENGTH) return { verdict: 'incomplete' }
  for (const fault of Object.keys(faults) as PinFault[]) if (faults[fault](pin)) return { verdict: 'refused', fault }
  return looksLikeDate(pin) ? { verdict: 'fair' } : { verdict: 'good' }
}

/** 345678, 987654, 890123, 246802: each digit a constant step from the one before, past nine and nought too. */
function isSequence(pin: string, step: number): boolean {
  const digits = Array.from(pin, Number)
  return digits.every((digit, index) => index === 0 || (digit - (digits[index - 1] ?? 0) - step) % 10 === 0)
}

/** 123123, 407407. */
function repeats(pin: string, length: number): boolean {
  return pin.slice(0, length).repeat(pin.length / length) === pin
}

/** 123321. */
function isMirrored(pin: string): boolean {
  return Array.from(pin).reverse().join('') === pin
}

/** Birthdays in the three orders that people write: 250190, 012590, 900125. */
function looksLikeDate(pin: string): boolean {
  const [a = 0, b = 0, c = 0] = [0, 2, 4].map((start) => Number(pin.slice(start, start + 2)))
  const isDay = (value: number) => value >= 1 && value <= 31
  const isMonth = (value: number) => value >= 1 && value <= 12
  return (isDay(a) && isMonth(b)) || (isMonth(a) && isDay(b)) || (isMonth(b) && isDay(c))
}
