/** The phone's app against the whole stack, in a phone's window: from the QR code to a signature that anyone validates. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { bytesSource, validateSignatures } from '@cloudsigner/pades'
import { nodeCrypto } from '@cloudsigner/pki/node'
import type { Browser } from 'playwright-core'
import { type BankSide, startBankSide } from './bank-side.ts'
import { cameraSeeing } from './camera.ts'
import { browserTest, chromiumPath, launchChromium } from './chromium.ts'
import { openPhonePage, type PhonePage } from './phone-page.ts'

const pin = '582904'

let side: BankSide
let browser: Browser
let alice: { readonly activationId: string; readonly qrCode: string; readonly code: string }
let phone: PhonePage
before(async () => {
  if (chromiumPath === undefined) return
  side = await startBankSide()
  alice = await side.newCustomer('alice')
  browser = await launchChromium({ args: [...(await cameraSeeing(alice.qrCode, join(side.folder, 'qr.y4m')))] })
  phone = await openPhonePage(browser, side.appUrl, { permissions: ['camera'] })
})
after(async () => {
  await browser?.close()
  await side?.stop()
})

browserTest('the camera reads the activation code, and a PIN that is too easy is refused', async () => {
  await phone.heading('Sign documents with your phone')
  await phone.looksGood('01-welcome')
  await phone.press('Scan the QR code')
  await phone.heading('Choose a PIN')
  await phone.looksGood('02-choose-pin')
  await phone.enterPin('123456')
  await phone.page.getByText('Digits in a row are too easy').waitFor()
  await phone.looksGood('03-pin-refused')
  await phone.enterPin(pin)
  await phone.heading('Enter the PIN again')
  await phone.enterPin('582905')
  await phone.page.getByText('These two were different').waitFor()
  await phone.enterPin(pin)
  await phone.heading('Enter the PIN again')
  await phone.enterPin(pin)
})

browserTest('both screens show the same number, and the bank confirms', async () => {
  await phone.heading('Compare the numbers')
  await phone.looksGood('04-compare')
  const { devicePublicKeyFingerprint } = await side.bank.getActivation('alice', alice.activationId)
  const shown = await phone.page.locator('.big-code').textContent()
  assert.equal(shown?.replace(' ', ''), devicePublicKeyFingerprint)
  await phone.page.reload()
  await phone.heading('Compare the numbers')
  assert.equal(await phone.page.locator('.big-code').textContent(), shown)
  await side.bank.commitActivation('alice', alice.activationId)
})

browserTest('the person sees what the certificate will say, and gets it', async () => {
  await phone.heading('Your certificate')
  for (const text of ['Alice Nováková', 'PNOCZ-8001011234']) await phone.page.getByText(text, { exact: true }).waitFor()
  await phone.looksGood('05-certificate')
  await phone.press('Make my certificate')
  await phone.page.getByRole('dialog').waitFor()
  await phone.looksGood('06-enrol-pin')
  await phone.enterPin(pin)
  await phone.page.getByText('Nothing is waiting').waitFor()
  await phone.looksGood('07-inbox-empty')
})

browserTest(
  'a document is read to its last page, and only then signed; a wrong PIN says how many are left',
  async () => {
    const documentId = await side.handIn('alice', 'consumer-loan', 'Consumer loan agreement')
    await phone.press('Refresh')
    await phone.page.getByRole('link', { name: /Consumer loan agreement/ }).click()
    await phone.page.getByText('Comparison code').waitFor()
    await phone.page.getByText('Page 1 of 2', { exact: true }).waitFor()
    await phone.page.locator('#page-1 .textLayer span').first().waitFor()
    assert.equal(await phone.page.getByText('Look closely').count(), 0)
    await phone.looksGood('08-document')
    assert.equal(await phone.page.getByRole('button', { name: 'Sign' }).count(), 0)
    await phone.press('Larger')
    await phone.page.locator('#page-1 .textLayer span').first().waitFor()
    await phone.looksGood('09-document-larger')
    await phone.press('Smaller')
    await phone.press('To the last page')
    await phone.page.getByRole('button', { name: 'Sign' }).waitFor()
    await phone.looksGood('10-document-end')
    await phone.press('Sign')
    await phone.enterPin('111222')
    await phone.page.getByText('Wrong PIN. 4 attempts left').waitFor()
    await phone.looksGood('11-wrong-pin')
    await phone.enterPin(pin)
    await phone.page.getByRole('button', { name: 'Save the signed file' }).waitFor()
    await phone.page.locator('#page-1 .textLayer span').first().waitFor()
    await phone.looksGood('12-signed')
    await assertPassed('alice', documentId)
  },
)

browserTest('two documents are reviewed one after the other, and signed by one PIN', async () => {
  const ids = [
    await side.handIn('alice', 'current-account', 'Current account'),
    await side.handIn('alice', 'consumer-loan', 'Second loan'),
  ]
  await phone.press('Back')
  for (const name of ['Current account', 'Second loan']) {
    await phone.press('Refresh')
    await phone.page.getByRole('link', { name: new RegExp(name) }).click()
    await phone.press('To the last page')
    await phone.press('Read the next one first')
  }
  await phone.page.getByRole('button', { name: 'Sign 2 documents you have read' }).waitFor()
  await phone.looksGood('13-inbox-read')
  await phone.press('Sign 2 documents you have read')
  await phone.enterPin(pin)
  await phone.page.getByText('2 documents are signed.').waitFor()
  await phone.looksGood('14-inbox-signed')
  for (const id of ids) await assertPassed('alice', id)
})

browserTest('a document is rejected, and the bank knows', async () => {
  const documentId = await side.handIn('alice', 'consumer-loan', 'Unwanted loan')
  await phone.press('Refresh')
  await phone.page.getByRole('link', { name: /Unwanted loan/ }).click()
  await phone.press('To the last page')
  await phone.press('Reject')
  await phone.looksGood('15-reject')
  await phone.press('Reject the document')
  await phone.enterPin(pin)
  await phone.page.getByText('Rejected', { exact: true }).waitFor()
  assert.equal((await side.bank.getDocument('alice', documentId)).status, 'REJECTED')
  await phone.press('Back')
})

browserTest('history, and the phone itself', async () => {
  await phone.page.getByRole('link', { name: 'History' }).click()
  await phone.page.getByText('Unwanted loan').waitFor()
  await phone.press('Show operations')
  await phone.enterPin(pin)
  await phone.page.getByRole('button', { name: 'Show operations' }).waitFor({ state: 'detached' })
  await phone.looksGood('16-history')
  await phone.page.getByRole('link', { name: 'Phone' }).click()
  await phone.heading('This phone')
  await phone.page.getByText('Alice Nováková').waitFor()
  await phone.looksGood('17-phone')
})

browserTest('the PIN is changed, and the old one no longer counts', async () => {
  await phone.press('Change the PIN')
  await phone.enterPin('740268')
  await phone.enterPin('740268')
  await phone.enterPin(pin)
  await phone.page.getByText('Your PIN is changed.').waitFor()
  await phone.page.getByRole('link', { name: 'History' }).click()
  await phone.press('Show operations')
  await phone.enterPin(pin)
  await phone.page.getByText(/Wrong PIN/).waitFor()
  await phone.enterPin('740268')
  await phone.page.getByRole('dialog').waitFor({ state: 'detached' })
  await phone.page.getByRole('link', { name: 'Phone' }).click()
})

browserTest('Czech, German, and the dark', async () => {
  const language = phone.page.getByRole('combobox').first()
  await language.selectOption('cs')
  await phone.heading('Tento telefon')
  await phone.looksGood('18-phone-cs')
  await language.selectOption('de')
  await phone.heading('Dieses Telefon')
  await phone.page.getByRole('combobox').last().selectOption('dark')
  await phone.looksGood('19-phone-de-dark')
  await language.selectOption('en')
})

browserTest('the phone is disconnected, at the bank too', async () => {
  await phone.press('Disconnect this phone')
  await phone.looksGood('20-disconnect')
  await phone.press('Disconnect')
  await phone.enterPin('740268')
  await phone.heading('Sign documents with your phone')
  await phone.looksGood('21-welcome-dark')
  assert.equal((await side.bank.getActivation('alice', alice.activationId)).activationStatus, 'REMOVED')
  phone.assertClean()
})

async function assertPassed(userId: string, documentId: string): Promise<void> {
  const { body } = await side.bank.downloadDocument(userId, documentId)
  const file = new Uint8Array(await new Response(body).arrayBuffer())
  const options = { trustAnchors: [side.trustRoot], revocation: 'off', at: new Date(), crypto: nodeCrypto } as const
  const { signatures } = await validateSignatures(bytesSource(file), options)
  assert.deepEqual(
    signatures.map(({ indication, coverage }) => [indication, coverage]),
    [['TOTAL_PASSED', 'ENTIRE_FILE']],
  )
}
