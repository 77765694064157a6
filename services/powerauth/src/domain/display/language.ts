const MAX_LENGTH = 256
const rangePattern = /^([A-Za-z]{1,8})(?:-[A-Za-z0-9]{1,8})*(?:\s*;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/

/** The language of `available` that an Accept-Language header (RFC 9110 §12.5.4) likes best, by primary subtag. */
export function pickLanguage(acceptLanguage: string, available: readonly string[]): string | undefined {
  let best: { readonly language: string; readonly quality: number } | undefined
  for (const part of acceptLanguage.slice(0, MAX_LENGTH).split(',')) {
    const [, primary, q] = rangePattern.exec(part.trim()) ?? []
    if (primary === undefined) continue
    const language = primary.toLowerCase()
    const quality = q === undefined ? 1 : Number(q)
    if (quality > (best?.quality ?? 0) && available.includes(language)) best = { language, quality }
  }
  return best?.language
}
