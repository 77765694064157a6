import Type, { type Static } from 'typebox'
import { Nullable } from '../powerauth/fields.ts'

export const alertTypes = ['SUCCESS', 'INFO', 'WARNING', 'ERROR'] as const

const attribute = { id: Type.String(), label: Type.String() }
const text = Type.String()
const optionalText = Type.Optional(Type.String())

/** `amount` is null where the text is no number; the formatted members are for people, in the language asked for. */
const AmountAttribute = Type.Object({
  type: Type.Literal('AMOUNT'),
  ...attribute,
  amount: Nullable(Type.Number()),
  currency: text,
  amountFormatted: text,
  currencyFormatted: text,
  valueFormatted: text,
})

/** `dynamic`: the rate may move until the operation is approved. */
const AmountConversionAttribute = Type.Object({
  type: Type.Literal('AMOUNT_CONVERSION'),
  ...attribute,
  dynamic: Type.Boolean(),
  sourceAmount: Nullable(Type.Number()),
  sourceCurrency: text,
  sourceAmountFormatted: text,
  sourceCurrencyFormatted: text,
  sourceValueFormatted: text,
  targetAmount: Nullable(Type.Number()),
  targetCurrency: text,
  targetAmountFormatted: text,
  targetCurrencyFormatted: text,
  targetValueFormatted: text,
})

const KeyValueAttribute = Type.Object({ type: Type.Literal('KEY_VALUE'), ...attribute, value: text })
const NoteAttribute = Type.Object({ type: Type.Literal('NOTE'), ...attribute, note: text })
const HeadingAttribute = Type.Object({ type: Type.Literal('HEADING'), ...attribute, level: Type.Integer() })
const AlertAttribute = Type.Object({
  type: Type.Literal('ALERT'),
  ...attribute,
  alertType: Type.Enum([...alertTypes]),
  title: optionalText,
  message: optionalText,
})
const ImageAttribute = Type.Object({
  type: Type.Literal('IMAGE'),
  ...attribute,
  thumbnailUrl: text,
  originalUrl: optionalText,
})
const PartyInfoAttribute = Type.Object({
  type: Type.Literal('PARTY_INFO'),
  ...attribute,
  partyInfo: Type.Object({
    logoUrl: optionalText,
    name: optionalText,
    description: optionalText,
    websiteUrl: optionalText,
  }),
})

/** One thing that is shown of an operation. Clients ignore types that they do not know. */
export const FormAttribute = Type.Union([
  AmountAttribute,
  AmountConversionAttribute,
  KeyValueAttribute,
  NoteAttribute,
  HeadingAttribute,
  AlertAttribute,
  ImageAttribute,
  PartyInfoAttribute,
])
export type FormAttribute = Static<typeof FormAttribute>
export type FormAttributeType = FormAttribute['type']
export type FormAttributeOf<T extends FormAttributeType> = Extract<FormAttribute, { readonly type: T }>

export const formAttributeTypes = [
  'AMOUNT',
  'AMOUNT_CONVERSION',
  'KEY_VALUE',
  'NOTE',
  'HEADING',
  'ALERT',
  'IMAGE',
  'PARTY_INFO',
] as const satisfies readonly FormAttributeType[]

/** What the person reads once it is done. */
export const ResultTexts = Type.Object({ success: optionalText, failure: optionalText, reject: optionalText })
export type ResultTexts = Static<typeof ResultTexts>

export const FormData = Type.Object({
  title: text,
  message: text,
  resultTexts: Type.Optional(ResultTexts),
  attributes: Type.Array(FormAttribute),
})
export type FormData = Static<typeof FormData>
