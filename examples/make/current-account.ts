/** Makes ../current-account.pdf: an agreement printed by Chromium, tagged. */
import { print, style } from './chromium.ts'

const fees: readonly (readonly [string, string, string])[] = [
  ['Keeping the account', 'monthly', '3.90 EUR'],
  ['Debit card, first', 'yearly', 'none'],
  ['Debit card, each further one', 'yearly', '12.00 EUR'],
  ['Credit transfer in euro, electronic', 'each', 'none'],
  ['Instant credit transfer in euro', 'each', 'none'],
  ['Credit transfer in another currency', 'each', '0.2 %, at least 5.00 EUR'],
  ['Cash withdrawal at our machines', 'each', 'none'],
  ['Cash withdrawal elsewhere, beyond five a month', 'each', '1.50 EUR'],
  ['Arranged overdraft up to 2,000.00 EUR', 'yearly interest', '9.4 %'],
]

const articles: readonly (readonly [string, readonly string[]])[] = [
  [
    'What is agreed',
    [
      'The Bank opens for the Customer a current account in euro and keeps it under the number given above. The Customer accepts the account together with the services listed in the schedule of fees.',
      'Together with this agreement the Customer has received, on a durable medium and in good time before signing, the general terms, the schedule of fees and the information sheet on the protection of deposits.',
    ],
  ],
  [
    'Payments',
    [
      'The Bank carries out a payment order on the day on which it receives it, if it was received before 18:00 on a business day; otherwise on the next business day. Instant transfers are carried out at any time.',
      'An order given through the mobile application is authorised by a code or by biometry on the device that the Customer has activated. Once authorised, an order can be withdrawn only for as long as the Bank has not begun to carry it out.',
      'The Customer tells the Bank of a payment that was not authorised, or was carried out incorrectly, without delay and at the latest thirteen months after the amount was debited. The Bank then restores the account to the state in which it would have been.',
    ],
  ],
  [
    'Safe keeping of the means of access',
    [
      'The Customer keeps the device, its code and the card safe, discloses the code to no one, and reports loss, theft or misuse at once on the line that is open day and night: +420 555 010 020.',
      'From that report on the Customer bears no loss, unless the Customer acted fraudulently. Before it the Customer bears at most 50.00 EUR, and nothing where the loss could not have been noticed.',
    ],
  ],
  [
    'Statements and communication',
    [
      'The Bank makes a statement available in electronic form on the first business day of each month and keeps it there for ten years. The parties communicate in English, by messages in the application; where the law asks for writing, a document signed electronically is enough.',
    ],
  ],
  [
    'Interest and fees',
    [
      'The credit balance bears no interest. Fees are those of the schedule below; they are debited on the last day of the period to which they belong. A statement of all fees paid is sent once a year, free of charge.',
      'The Bank announces a change of fees at least two months ahead. The Customer may refuse it and end the agreement at once and without charge before the change takes effect.',
    ],
  ],
  [
    'Term, withdrawal and end',
    [
      'The agreement is made for an indefinite time. The Customer may withdraw from it within fourteen days of signing, without a reason and without charge.',
      'Afterwards the Customer may end it at any time with one month’s notice, the Bank with two months’ notice given on a durable medium. On its end the Bank pays the balance to the account that the Customer names.',
    ],
  ],
  [
    'Complaints and law',
    [
      'The Bank answers a complaint within fifteen business days. If the Customer is not content with the answer, the dispute may be brought before the financial arbitrator or a court. This agreement is governed by the law of the country in which the Customer resides.',
    ],
  ],
]

const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Current account agreement 7300482915</title>
<style>${style}</style></head><body>
<div class="brand"><b>Meridian Valley Bank</b><span>12 Harbour Row, 100 00 Lindenau<br>Registered under 27 018 442</span></div>
<h1>Current account agreement</h1>
<p class="lead">Number 7300482915, made between the parties named below.</p>
<table><tbody>
<tr><th scope="row">The Bank</th><td>Meridian Valley Bank, with its seat at 12 Harbour Row, 100 00 Lindenau</td></tr>
<tr><th scope="row">The Customer</th><td>Alice Novak, born 14 March 1991, living at 8 Orchard Lane, 602 00 Weston</td></tr>
<tr><th scope="row">Account</th><td>7300482915, currency EUR</td></tr>
<tr><th scope="row">Statements</th><td>monthly, in electronic form</td></tr>
</tbody></table>
${articles
  .map(
    ([title, paragraphs], index) =>
      `<h2>${index + 1}. ${title}</h2><ol>${paragraphs.map((text) => `<li>${text}</li>`).join('')}</ol>`,
  )
  .join('\n')}
<h2>Schedule of fees</h2>
<table><thead><tr><th scope="col">Service</th><th scope="col">Charged</th><th scope="col" class="number">Fee</th></tr></thead><tbody>
${fees.map(([service, period, fee]) => `<tr><td>${service}</td><td>${period}</td><td class="number">${fee}</td></tr>`).join('\n')}
</tbody></table>
<p>The parties have read this agreement, understand it and sign it electronically; the time of signing is the one recorded in the signature.</p>
<div class="signatures"><div>Alice Novak<br><span class="label">the Customer</span></div>
<div>Meridian Valley Bank<br><span class="label">the Bank, signed separately</span></div></div>
</body></html>`

await print({
  html,
  footer: 'Meridian Valley Bank · Current account agreement 7300482915',
  file: new URL('../current-account.pdf', import.meta.url),
})
