/** What is shown of an operation, one thing at a time (mobile token API, form attributes). */
import { MobileTokenError } from './mobile-token-error.ts'
import { present, Reader } from './reader.ts'

interface Common {
  readonly id: string
  readonly label: string
}

/** An amount in the language that was asked for. `amount` is null where it is no number. */
export interface Money {
  readonly amount: number | null
  readonly currency: string
  readonly amountFormatted: string
  readonly currencyFormatted: string
  readonly valueFormatted: string
}

export type AlertType = 'SUCCESS' | 'INFO' | 'WARNING' | 'ERROR'

export interface PartyInfo {
  readonly logoUrl?: string
  readonly name?: string
  readonly description?: string
  readonly websiteUrl?: string
}

export type OperationAttribute = Common &
  (
    | ({ readonly type: 'AMOUNT' } & Money)
    /** `dynamic`: the rate may move until the operation is approved. */
    | {
        readonly type: 'AMOUNT_CONVERSION'
        readonly dynamic: boolean
        readonly source: Money
        readonly target: Money
      }
    | { readonly type: 'KEY_VALUE'; readonly value: string }
    | { readonly type: 'NOTE'; readonly note: string }
    /** The text is `label`; level 0 is the highest. */
    | { readonly type: 'HEADING'; readonly level: number }
    | { readonly type: 'ALERT'; readonly alertType: AlertType; readonly title?: string; readonly message?: string }
    | { readonly type: 'IMAGE'; readonly thumbnailUrl: string; readonly originalUrl?: string }
    | { readonly type: 'PARTY_INFO'; readonly partyInfo: PartyInfo }
  )
export type AttributeType = OperationAttribute['type']
type AttributeOf<T extends AttributeType> = Extract<OperationAttribute, { readonly type: T }>

const alertTypes: readonly AlertType[] = ['SUCCESS', 'INFO', 'WARNING', 'ERROR']

const readers: { readonly [T in AttributeType]: (attribute: Reader, common: Common) => AttributeOf<T> } = {
  AMOUNT: (attribute, common) => ({ type: 'AMOUNT', ...common, ...readMoney(attribute, (name) => name) }),
  AMOUNT_CONVERSION: (attribute, common) => ({
    type: 'AMOUNT_CONVERSION',
    ...common,
    dynamic: attribute.flag('dynamic'),
    source: readMoney(attribute, (name) => `source${name.charAt(0).toUpperCase()}${name.slice(1)}`),
    target: readMoney(attribute, (name) => `target${name.charAt(0).toUpperCase()}${name.slice(1)}`),
  }),
  KEY_VALUE: (attribute, common) => ({ type: 'KEY_VALUE', ...common, value: attribute.text('value') }),
  NOTE: (attribute, common) => ({ type: 'NOTE', ...common, note: attribute.text('note') }),
  HEADING: (attribute, common) => ({ type: 'HEADING', ...common, level: attribute.number('level') ?? 0 }),
  ALERT: (attribute, common) => ({
    type: 'ALERT',
    ...common,
    alertType: alertTypes.find((type) => type === attribute.findText('alertType')) ?? 'INFO',
    ...present({ title: attribute.findText('title'), message: attribute.findText('message') }),
  }),
  IMAGE: (attribute, common) => ({
    type: 'IMAGE',
    ...common,
    thumbnailUrl: attribute.text('thumbnailUrl'),
    ...present({ originalUrl: attribute.findText('originalUrl') }),
  }),
  PARTY_INFO: (attribute, common) => {
    const party = attribute.object('partyInfo')
    const [logoUrl, name] = [party.findText('logoUrl'), party.findText('name')]
    const [description, websiteUrl] = [party.findText('description'), party.findText('websiteUrl')]
    return { type: 'PARTY_INFO', ...common, partyInfo: present({ logoUrl, name, description, websiteUrl }) }
  },
}

/** Every attribute of a known type. One that is unknown, or broken, is left out: newer servers may send more. */
export function readAttributes(values: readonly unknown[]): readonly OperationAttribute[] {
  return values.flatMap((value) => readAttribute(value) ?? [])
}

function readAttribute(value: unknown): OperationAttribute | undefined {
  try {
    const attribute = Reader.of(value)
    const type = attribute.text('type')
    if (!Object.hasOwn(readers, type)) return undefined
    const common = { id: attribute.text('id'), label: attribute.findText('label') ?? '' }
    return readers[type as AttributeType](attribute, common) // a key of `readers`, as just seen
  } catch (error) {
    if (error instanceof MobileTokenError) return undefined
    throw error
  }
}

function readMoney(attribute: Reader, member: (name: string) => string): Money {
  const [amountFormatted, currency] = [attribute.text(member('amountFormatted')), attribute.text(member('currency'))]
  return {
    amount: attribute.number(member('amount')),
    currency,
    amountFormatted,
    currencyFormatted: attribute.findText(member('currencyFormatted')) ?? currency,
    valueFormatted: attribute.findText(member('valueFormatted')) ?? `${amountFormatted} ${currency}`,
  }
}
