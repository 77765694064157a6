/** The phone's app where things are not as they should be: a server that lies, a wrong PIN, no connection; and Cloud mode. */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { bytesSource, validateSignatures } from '@cloudsigner/pades'
import { nodeCrypto } from '@cloudsigner/pki/node'
import type { Browser, Route } from 'playwright-core'
import { type BankSide, startBankSide } from './bank-side.ts'
import { addAuthenticator, browserTest, chromiumPath, launchChromium } from './chromium.ts'
import { apiDate, everyAttribute } from './operations.ts'
import { openPhonePage, type PhonePage } from './phone-page.ts'

const pin = '582904'

let side: BankSide
let browser: Browser
let phone: PhonePage
before(async () => {
  if (chromiumPath === undefined) return
  side = await startBankSide()
  browser = await launchChromium()
  phone = await enrolled('bob', 'In this phone')
})
after(async () => {
  await browser?.close()
  await side?.stop()
})

/** A phone that is ready to sign, in a context of its own. */
async function enrolled(userId: string, mode: string): Promise<PhonePage> {
  const { activationId, code } = await side.newCustomer(userId)
  const opened = await openPhonePage(browser, side.appUrl)
  await opened.press('Type the code instead')
  await opened.page.getByLabel('Activation code').fill(code.toLowerCase().replaceAll('-', ' '))
  await opened.press('Connect')
  await opened.heading('Choose a PIN')
  await opened.enterPin(pin)
  await opened.heading('Enter the PIN again')
  await opened.enterPin(pin)
  await opened.heading('Compare the numbers')
  await side.bank.commitActivation(userId, activationId)
  await opened.heading('Your certificate')
  await opened.page.getByRole('radio', { name: mode }).check()
  await opened.press('Make my certificate')
  await opened.enterPin(pin)
  await opened.page.getByText('Nothing is waiting').waitFor()
  return opened
}

async function openDocument(opened: PhonePage, name: string): Promise<void> {
  await opened.press('Refresh')
  await opened.page.getByRole('link', { name: new RegExp(name) }).click()
}

browserTest('a file that was changed on its way is refused, loudly, and nothing is signed', async () => {
  const documentId = await side.handIn('bob', 'consumer-loan', 'Tampered loan')
  const change = async (route: Route) => {
    const response = await route.fetch()
    const body = await response.body()
    body[2000] = (body[2000] ?? 0) ^ 1
    await route.fulfill({ response, body })
  }
  await phone.page.route('**/prepared', change)
  await openDocument(phone, 'Tampered loan')
  await phone.page.getByText('Nothing was signed').waitFor()
  await phone.looksGood('30-refused')
  assert.equal(await phone.page.getByRole('button', { name: 'Sign' }).count(), 0)
  await phone.page.unroute('**/prepared', change)
  await phone.press('Back')
  assert.equal((await side.bank.getDocument('bob', documentId)).status, 'WAITING')
})

browserTest('a server that shows one document and wants another signed is refused', async () => {
  await side.handIn('bob', 'current-account', 'Other account')
  const swap = async (route: Route) => {
    const response = await route.fetch()
    const document = await response.json()
    const bytes = Buffer.from(document.hash, 'base64')
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
    await route.fulfill({ response, json: { ...document, hash: bytes.toString('base64') } })
  }
  const address = /\/app\/documents\/[^/]+$/
  await phone.page.route(address, swap)
  await openDocument(phone, 'Other account')
  await phone.page.getByText(/asked for a signature over something else/).waitFor()
  await phone.page.unroute(address, swap)
  await phone.press('Back')
})

browserTest('every attribute of an operation is shown, with the warning that comes first', async () => {
  const operations = everyAttribute(new Date())
  const answer = (responseObject: unknown) => ({ status: 'OK', responseObject, currentTimestamp: apiDate(new Date()) })
  const list = (route: Route) => route.fulfill({ json: answer(operations) })
  const detail = (route: Route) => route.fulfill({ json: answer(operations[0]) })
  await phone.page.route('**/operation/list', list)
  await phone.page.route('**/operation/detail', detail)
  await phone.press('Refresh')
  await phone.page.getByRole('link', { name: /Payment to a shop/ }).click()
  await phone.page.getByText('Somebody may be deceiving you').waitFor()
  await phone.looksGood('31-operation-before')
  await phone.press('I understand')
  for (const text of ['1,949.00 EUR', '49,212.25 CZK', 'Order 8021', 'The Shop', 'Slide to approve'])
    await phone.page.getByText(text).first().waitFor()
  await phone.looksGood('32-operation')
  await phone.press('Reject')
  await phone.page.getByText('Why do you reject it?').waitFor()
  await phone.looksGood('33-operation-reject')
  await phone.press('Cancel')
  await phone.page.unroute('**/operation/list', list)
  await phone.page.unroute('**/operation/detail', detail)
  await phone.press('Back')
})

browserTest(
  'biometry is offered where the platform has it, and proves the person; signing keeps to the PIN',
  async () => {
    const authenticator = await addAuthenticator(phone.page, { hasPrf: true })
    await phone.page.getByRole('link', { name: 'History' }).click()
    await phone.page.getByRole('link', { name: 'Waiting' }).click()
    await phone.page.getByText('Approve with your fingerprint or face?').waitFor()
    await phone.looksGood('34-biometry-offer')
    await phone.press('Turn on')
    await phone.enterPin(pin)
    await phone.page.getByText('Approve with your fingerprint or face?').waitFor({ state: 'detached' })
    await phone.page.getByRole('link', { name: 'History' }).click()
    await phone.press('Show operations')
    await phone.press('Use biometrics')
    await phone.page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.equal(await phone.page.getByRole('button', { name: 'Show operations' }).count(), 0)
    await authenticator.recognise(false)
    await phone.page.getByRole('link', { name: 'Waiting' }).click()
    await openDocument(phone, 'Other account')
    await phone.press('To the last page')
    await phone.press('Sign')
    assert.equal(await phone.page.getByRole('button', { name: 'Use biometrics' }).count(), 0)
    await phone.enterPin(pin)
    await phone.page.getByRole('button', { name: 'Save the signed file' }).waitFor()
    await phone.press('Back')
  },
)

browserTest('the shell is there without a connection, and says so', async () => {
  await phone.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await phone.page.reload()
  await phone.heading('Waiting for you')
  await phone.page.context().setOffline(true)
  await phone.page.reload()
  await phone.heading('No connection')
  await phone.looksGood('35-offline')
  await phone.page.context().setOffline(false)
  await phone.press('Try again')
  await phone.heading('Waiting for you')
})

browserTest('a second tab does not use the counter of the first', async () => {
  const other = await phone.page.context().newPage()
  await other.goto(side.appUrl)
  await other.getByRole('heading', { name: 'The app is open elsewhere' }).waitFor()
  await other.close()
})

browserTest('five wrong PINs block the phone', async () => {
  await phone.page.getByRole('link', { name: 'History' }).click()
  await phone.press('Show operations')
  for (const left of [4, 3, 2]) {
    await phone.enterPin('111222')
    await phone.page.getByText(`Wrong PIN. ${left} attempts left`).waitFor()
  }
  await phone.enterPin('111222')
  await phone.page.getByText('One attempt left').waitFor()
  await phone.enterPin('111222')
  await phone.heading('This phone is blocked')
  await phone.looksGood('36-blocked')
})

browserTest(
  'Cloud mode: the phone releases a signature that is made elsewhere, over just what it has shown',
  async () => {
    const cloud = await enrolled('carol', 'With the signing service')
    const documentId = await side.handIn('carol', 'consumer-loan', 'Cloud loan')
    await openDocument(cloud, 'Cloud loan')
    await cloud.press('To the last page')
    await cloud.press('Sign')
    await cloud.enterPin(pin)
    await cloud.page.getByRole('button', { name: 'Save the signed file' }).waitFor()
    await cloud.press('Back')
    await cloud.page.getByRole('link', { name: 'Phone' }).click()
    await cloud.page.getByText('With the signing service').waitFor()
    await cloud.looksGood('37-phone-cloud')
    const { body } = await side.bank.downloadDocument('carol', documentId)
    const options = { trustAnchors: [side.trustRoot], revocation: 'off', at: new Date(), crypto: nodeCrypto } as const
    const file = new Uint8Array(await new Response(body).arrayBuffer())
    const { signatures } = await validateSignatures(bytesSource(file), options)
    assert.deepEqual(
      signatures.map(({ indication, coverage }) => [indication, coverage]),
      [['TOTAL_PASSED', 'ENTIRE_FILE']],
    )
    cloud.assertClean()
  },
)
