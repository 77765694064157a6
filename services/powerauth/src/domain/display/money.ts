/** An amount as people read it. Unknown currencies and texts that are no numbers are shown as they are. */
export interface FormattedMoney {
  /** Null where the text is no number. */
  readonly amount: number | null
  readonly currency: string
  readonly amountFormatted: string
  readonly currencyFormatted: string
  readonly valueFormatted: string
}

const decimalPattern = /^-?\d{1,30}(?:\.\d{1,18})?$/
const currencyPattern = /^[A-Za-z]{3}$/

export function formatMoney(text: string, currency: string, language: string): FormattedMoney {
  const currencyFormatted = currencySymbol(currency, language)
  if (!decimalPattern.test(text)) {
    const shown = { amountFormatted: text, currencyFormatted, valueFormatted: `${text} ${currency}` }
    return { amount: null, currency, ...shown }
  }
  const digits = fractionDigits(text, currency)
  const decimal = text as Intl.StringNumericLiteral // matched above; a text keeps digits that a number would lose
  const plain = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const amountFormatted = plain.format(decimal)
  const valueFormatted = currencyPattern.test(currency)
    ? new Intl.NumberFormat(language, {
        style: 'currency',
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }).format(decimal)
    : `${amountFormatted} ${currency}`
  return { amount: Number(text), currency, amountFormatted, currencyFormatted, valueFormatted }
}

/** As many as the currency has, and never fewer than were given: what is shown is what is signed. */
function fractionDigits(text: string, currency: string): number {
  const given = text.split('.')[1]?.length ?? 0
  if (!currencyPattern.test(currency)) return given
  const usual = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().minimumFractionDigits
  return Math.max(given, usual ?? 0)
}

function currencySymbol(currency: string, language: string): string {
  if (!currencyPattern.test(currency)) return currency
  const parts = new Intl.NumberFormat(language, { style: 'currency', currency }).formatToParts(0)
  return parts.find((part) => part.type === 'currency')?.value ?? currency
}
