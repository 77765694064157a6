export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

/** Certificates count in whole seconds. */
export const wholeSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / second) * second)

export const after = (date: Date, milliseconds: number): Date => new Date(date.getTime() + milliseconds)

export const earlier = (a: Date, b: Date): Date => (a < b ? a : b)

/** ISO 8601, UTC, whole seconds, as EJBCA's v1 answers have it. */
export const isoSecond = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`

/** ISO 8601 with a zone, as REST parameters carry it. Null where it is none. */
export function parseIsoDate(text: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/.test(text)) return null
  const date = new Date(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'))
  return Number.isNaN(date.getTime()) ? null : date
}

/** `yyyy-MM-dd HH:mm:ss` in UTC, which EJBCA reads, or RFC 3339, which its documentation promises. Null where it is neither. */
export function parseValidityLimit(text: string): Date | null {
  return parseIsoDate(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text) ? `${text.replace(' ', 'T')}Z` : text)
}
