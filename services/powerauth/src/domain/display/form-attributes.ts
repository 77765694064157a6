import {
  alertTypes,
  type FormAttribute,
  type FormAttributeOf,
  type FormAttributeType,
} from '@cloudsigner/contracts/mobile-token'
import type { OperationParameters } from '../operation-data.ts'
import type { DisplayAttribute } from './display-template.ts'
import { formatMoney } from './money.ts'

/** The parameter that fills a field; undefined where the template names none, or the operation has none of that name. */
type Field = (name: string) => string | undefined

interface Common {
  readonly id: string
  readonly label: string
}

type Builders = {
  readonly [T in FormAttributeType]: (common: Common, field: Field, language: string) => FormAttributeOf<T> | undefined
}

/** One builder a type (mobile-token-api §3). Undefined where a required field is missing. */
const builders: Builders = {
  AMOUNT(common, field, language) {
    const [amount, currency] = [field('amount'), field('currency')]
    if (amount === undefined || currency === undefined) return undefined
    return { type: 'AMOUNT', ...common, ...formatMoney(amount, currency, language) }
  },

  AMOUNT_CONVERSION(common, field, language) {
    const side = (name: 'source' | 'target') => {
      const [amount, currency] = [field(`${name}Amount`), field(`${name}Currency`)]
      return amount === undefined || currency === undefined ? undefined : formatMoney(amount, currency, language)
    }
    const [source, target] = [side('source'), side('target')]
    if (source === undefined || target === undefined) return undefined
    return {
      type: 'AMOUNT_CONVERSION',
      ...common,
      dynamic: field('dynamic') === 'true',
      sourceAmount: source.amount,
      sourceCurrency: source.currency,
      sourceAmountFormatted: source.amountFormatted,
      sourceCurrencyFormatted: source.currencyFormatted,
      sourceValueFormatted: source.valueFormatted,
      targetAmount: target.amount,
      targetCurrency: target.currency,
      targetAmountFormatted: target.amountFormatted,
      targetCurrencyFormatted: target.currencyFormatted,
      targetValueFormatted: target.valueFormatted,
    }
  },

  KEY_VALUE(common, field) {
    const value = field('value')
    return value === undefined ? undefined : { type: 'KEY_VALUE', ...common, value }
  },

  NOTE(common, field) {
    const note = field('note')
    return note === undefined ? undefined : { type: 'NOTE', ...common, note }
  },

  HEADING(common, field) {
    const level = Number(field('level') ?? 0)
    return { type: 'HEADING', ...common, level: Number.isSafeInteger(level) ? level : 0 }
  },

  ALERT(common, field) {
    const alertType = alertTypes.find((type) => type === field('alertType')) ?? 'INFO'
    return { type: 'ALERT', ...common, alertType, ...given({ title: field('title'), message: field('message') }) }
  },

  IMAGE(common, field) {
    const thumbnailUrl = field('thumbnailUrl')
    if (thumbnailUrl === undefined) return undefined
    return { type: 'IMAGE', ...common, thumbnailUrl, ...given({ originalUrl: field('originalUrl') }) }
  },

  PARTY_INFO(common, field) {
    const [logoUrl, name] = [field('logoUrl'), field('name')]
    const [description, websiteUrl] = [field('description'), field('websiteUrl')]
    return { type: 'PARTY_INFO', ...common, partyInfo: given({ logoUrl, name, description, websiteUrl }) }
  },
}

export function formAttributes(
  attributes: readonly DisplayAttribute[],
  parameters: OperationParameters,
  language: string,
): FormAttribute[] {
  return attributes.flatMap(({ id, type, text, params = {} }) => {
    const field: Field = (name) => {
      const parameter = Object.hasOwn(params, name) ? params[name] : undefined
      return parameter !== undefined && Object.hasOwn(parameters, parameter) ? parameters[parameter] : undefined
    }
    const attribute = builders[type]({ id, label: text }, field, language)
    return attribute === undefined ? [] : [attribute]
  })
}

/** The members that are there. */
function given<Name extends string>(
  members: Readonly<Record<Name, string | undefined>>,
): { readonly [K in Name]?: string } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    readonly [K in Name]?: string // fromEntries forgets the names, which are those that came in
  }
}
