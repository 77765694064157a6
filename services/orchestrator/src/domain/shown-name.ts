/** Controls, lone surrogates, and separators of lines and paragraphs: PowerAuth refuses some, a phone would break lines at others. */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu
/** Marks that turn the direction of what follows: `gnp\u202e.exe` reads `gnpexe.` where it is shown. */
const directional = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** A document's name as an operation shows it to its user: nothing in it hides, moves or ends anything. */
export function shownName(name: string): string {
  const shown = name.replaceAll(unprintable, ' ').replaceAll(directional, '').replaceAll(/ {2,}/g, ' ').trim()
  return shown === '' ? 'document' : shown
}
