import type { DisplayTemplate } from '../display-template.ts'

interface Texts {
  readonly title: string
  readonly message: string
  readonly amount: string
  readonly account: string
  readonly date: string
  readonly note: string
  readonly success: string
  readonly failure: string
  readonly reject: string
}

const texts: Readonly<Record<string, Texts>> = {
  en: {
    title: 'Confirm payment',
    message: 'Please check the payment before you confirm it.',
    amount: 'Amount',
    account: 'To account',
    date: 'Date',
    note: 'Note',
    success: 'The payment is confirmed.',
    failure: 'The payment was not confirmed.',
    reject: 'You refused the payment.',
  },
  cs: {
    title: 'Potvrzení platby',
    message: 'Než platbu potvrdíte, zkontrolujte ji.',
    amount: 'Částka',
    account: 'Na účet',
    date: 'Datum',
    note: 'Poznámka',
    success: 'Platba je potvrzena.',
    failure: 'Platba nebyla potvrzena.',
    reject: 'Platbu jste odmítli.',
  },
  de: {
    title: 'Zahlung bestätigen',
    message: 'Bitte prüfen Sie die Zahlung, bevor Sie sie bestätigen.',
    amount: 'Betrag',
    account: 'Auf Konto',
    date: 'Datum',
    note: 'Verwendungszweck',
    success: 'Die Zahlung ist bestätigt.',
    failure: 'Die Zahlung wurde nicht bestätigt.',
    reject: 'Sie haben die Zahlung abgelehnt.',
  },
}

/** Parameters: `amount`, `currency`, `iban`; `date` and `note` may be missing. */
export const paymentDisplay: readonly DisplayTemplate[] = Object.entries(texts).map(
  ([language, text]): DisplayTemplate => ({
    operationType: 'payment',
    language,
    title: text.title,
    message: text.message,
    resultTexts: { success: text.success, failure: text.failure, reject: text.reject },
    attributes: [
      { id: 'payment.amount', type: 'AMOUNT', text: text.amount, params: { amount: 'amount', currency: 'currency' } },
      { id: 'payment.account', type: 'KEY_VALUE', text: text.account, params: { value: 'iban' } },
      { id: 'payment.date', type: 'KEY_VALUE', text: text.date, params: { value: 'date' } },
      { id: 'payment.note', type: 'NOTE', text: text.note, params: { note: 'note' } },
    ],
  }),
)
