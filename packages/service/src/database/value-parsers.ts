/** PostgreSQL's int8 as a number. Both drivers have their own idea of it, and neither is this one. */
export function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} does not fit a JavaScript number`)
  return value
}

/** Type OIDs, of pg_type.dat. */
export const typeOid = { int8: 20 } as const
