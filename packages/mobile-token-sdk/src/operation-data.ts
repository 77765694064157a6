/**
 * Operation data `A1*A100CZK*ICZ27…*D20180425`: what is authenticated, in a form that a phone can show without trusting
 * anything beside it (mobile token API, operation data).
 */
import { MobileTokenError } from './mobile-token-error.ts'

export type OperationTemplate = 'generic' | 'payment' | 'login'

export type OperationDataField =
  /** `amount` is a decimal as it was signed. */
  | { readonly type: 'amount'; readonly amount: string; readonly currency: string }
  | { readonly type: 'account'; readonly iban: string; readonly bic?: string }
  | { readonly type: 'anyAccount'; readonly account: string }
  /** `YYYY-MM-DD`. */
  | { readonly type: 'date'; readonly date: string }
  /** Czech payment symbols out of `/VS…/SS…/KS…`, where the reference has that form. */
  | { readonly type: 'reference'; readonly reference: string; readonly symbols?: Readonly<Record<string, string>> }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'text'; readonly text: string }
  /** An optional field that was left empty. */
  | { readonly type: 'empty' }

export interface OperationData {
  /** A capital letter; `A` is the one that is known. */
  readonly version: string
  readonly template: OperationTemplate
  readonly fields: readonly OperationDataField[]
}

const templates: Readonly<Record<number, OperationTemplate>> = { 0: 'generic', 1: 'payment', 2: 'login' }
/** Version A has five fields; one more is borne with, as other clients do. */
const MAX_FIELDS = 6
const MAX_LENGTH = 65_536

/** Throws `invalid_operation_data`. A template that is unknown is read as generic. */
export function parseOperationData(data: string): OperationData {
  if (data.length > MAX_LENGTH) throw invalid('it is too long')
  const [header = '', ...fields] = splitFields(data)
  const [, version, template] = /^([A-Z])(\d{1,2})$/.exec(header) ?? []
  if (version === undefined || template === undefined) throw invalid('its header is not a letter and a number')
  if (fields.length > MAX_FIELDS) throw invalid('it has too many fields')
  return { version, template: templates[Number(template)] ?? 'generic', fields: fields.map(parseField) }
}

/** Splits at asterisks that are not escaped; escapes stay. */
function splitFields(data: string): string[] {
  const fields: string[] = []
  let field = ''
  for (let index = 0; index < data.length; index++) {
    const character = data.charAt(index)
    if (data.charCodeAt(index) < 0x20) throw invalid('it has a control character')
    if (character === '*') {
      fields.push(field)
      field = ''
      continue
    }
    field += character
    if (character === '\\') field += data.charAt(++index)
  }
  return [...fields, field]
}

function parseField(field: string): OperationDataField {
  if (field === '') return { type: 'empty' }
  const content = field.slice(1)
  switch (field.charAt(0)) {
    case 'A':
      return parseAmount(content)
    case 'I':
      return parseAccount(content)
    case 'Q':
      return { type: 'anyAccount', account: plainTextOf(content) }
    case 'D':
      return parseDate(content)
    case 'R':
      return parseReference(plainTextOf(content))
    case 'N':
      return { type: 'note', text: plainTextOf(content) }
    default:
      // T, and letters that newer versions may bring.
      return { type: 'text', text: plainTextOf(content) }
  }
}

function parseAmount(content: string): OperationDataField {
  const [, amount, currency] = /^(-?\d+(?:\.\d+)?)([A-Z]{3})$/.exec(content) ?? []
  if (amount === undefined || currency === undefined) throw invalid('an amount is no decimal with a currency')
  return { type: 'amount', amount, currency }
}

function parseAccount(content: string): OperationDataField {
  const [, iban, bic] = /^([0-9A-Z]{1,34})(?:,([0-9A-Z]{1,11}))?$/.exec(content) ?? []
  if (iban === undefined) throw invalid('an account is no IBAN')
  return { type: 'account', iban, ...(bic !== undefined && { bic }) }
}

function parseDate(content: string): OperationDataField {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(content) ?? []
  const date = `${year}-${month}-${day}`
  const moment = new Date(`${date}T00:00:00Z`)
  // The 30th of February would be the 2nd of March.
  if (Number.isNaN(moment.getTime()) || moment.toISOString().slice(0, 10) !== date) throw invalid('a date is none')
  return { type: 'date', date }
}

function parseReference(reference: string): OperationDataField {
  if (!/^(?:\/[A-Z]{2}\d*)+$/.test(reference)) return { type: 'reference', reference }
  const symbols = reference.slice(1).split('/')
  return {
    type: 'reference',
    reference,
    symbols: Object.fromEntries(symbols.map((symbol) => [symbol.slice(0, 2), symbol.slice(2)])),
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', '\\': '\\', '*': '*' }

/** `\n`, `\\` and `\*`; runs of spaces become one, as the standard recommends for showing. */
function plainTextOf(text: string): string {
  const plain = text.replaceAll(/\\(.?)/g, (_whole, character: string) => {
    const meant = escapes[character]
    if (meant === undefined) throw invalid('an escape is unknown')
    return meant
  })
  return plain.replaceAll(/ {2,}/g, ' ')
}

function invalid(reason: string): MobileTokenError {
  return new MobileTokenError('invalid_operation_data', `The operation data does not parse: ${reason}`)
}
