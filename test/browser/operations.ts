/** Operations as the mobile token API tells them, with every attribute there is: a bank's server may send any. */
/** `2018-07-02T14:43:13+0000`. */
export const apiDate = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, '+0000')

export function everyAttribute(now: Date): readonly object[] {
  return [
    {
      id: '8f2a5c1e-3b7d-4e0a-9c64-1d2f3a4b5c6d',
      name: 'payment',
      data: 'A1*A1949.00EUR*ICZ2730300000001165254011',
      status: 'PENDING',
      operationCreated: apiDate(now),
      operationExpires: apiDate(new Date(now.getTime() + 300_000)),
      ui: {
        blockApprovalOnCall: true,
        preApprovalScreen: {
          type: 'WARNING',
          heading: 'Watch out',
          message: 'Somebody may be deceiving you.',
          items: ['The bank never asks you to move money.', 'Nobody needs your PIN.'],
          approvalType: 'SLIDER',
        },
      },
      allowedSignatureType: { type: '2FA', variants: ['possession_knowledge'] },
      formData: { title: 'Payment to a shop', message: 'Please check everything.', attributes },
    },
  ]
}

const attributes = [
  { type: 'AMOUNT', id: 'amount', label: 'Amount', ...money('', 1949, 'EUR', '1,949.00') },
  {
    ...{ type: 'AMOUNT_CONVERSION', id: 'conversion', label: 'Conversion', dynamic: true },
    ...money('source', 1949, 'EUR', '1,949.00'),
    ...money('target', 49_212.25, 'CZK', '49,212.25'),
  },
  { type: 'HEADING', id: 'heading', label: 'Details', level: 0 },
  { type: 'KEY_VALUE', id: 'order', label: 'Reference', value: 'Order 8021' },
  { type: 'NOTE', id: 'note', label: 'Note', note: 'To be delivered\non Friday' },
  { type: 'ALERT', id: 'alert', label: 'Limit', alertType: 'WARNING', title: 'Nearly used up', message: '51 EUR left' },
  { type: 'IMAGE', id: 'image', label: 'Receipt', thumbnailUrl: 'https://shop.example/receipt.png' },
  {
    ...{ type: 'PARTY_INFO', id: 'party', label: 'Recipient' },
    partyInfo: {
      logoUrl: 'https://shop.example/logo.png',
      name: 'The Shop',
      description: 'Everything for the garden',
      websiteUrl: 'https://shop.example',
    },
  },
  { type: 'HOLOGRAM', id: 'unknown', label: 'Of a newer server' },
]

/** The five members of an amount; `source` and `target` precede those of a conversion. */
function money(prefix: '' | 'source' | 'target', amount: number, currency: string, amountFormatted: string): object {
  const members = {
    ...{ amount, amountFormatted, currency, currencyFormatted: currency },
    valueFormatted: `${amountFormatted} ${currency}`,
  }
  const nameOf = (name: string) => (prefix === '' ? name : prefix + name.charAt(0).toUpperCase() + name.slice(1))
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [nameOf(name), value]))
}
