/** The chain, from an activation code to validated files: the bank on one side, the phone on the other, over HTTP. */
import { createReadStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type BankClient, createBankClient } from '@cloudsigner/clients/orchestrator'
import type { SignerMode } from '@cloudsigner/contracts/cloud-mode'
import type { User } from '@cloudsigner/contracts/orchestrator'
import { Phone } from '../device/phone.ts'
import { originalOf } from '../device/review-document.ts'
import { passes, readTrustAnchors, reportFile } from '../validate/file-report.ts'
import { revocationClient } from '../validate/revocation-client.ts'
import type { Addresses } from './running-stack.ts'
import type { StepRecorder } from './steps.ts'

const pin = '1234'

/** Whose phone keeps the key, and whose key CloudSigner keeps. */
const customers: Readonly<Record<SignerMode, User>> = {
  EXTERNAL: {
    userId: 'alice',
    givenName: 'Alice',
    surname: 'Novak',
    country: 'CZ',
    identity: { type: 'IDC', value: '998877665' },
  },
  CLOUD: {
    userId: 'boris',
    givenName: 'Boris',
    surname: 'Cerny',
    country: 'CZ',
    identity: { type: 'IDC', value: '112233445' },
  },
}

/** What the phone does is told by its mode. */
const enrols = {
  EXTERNAL: 'Phone: certificate for its key, by the PIN',
  CLOUD: 'Phone: certificate for a key that CloudSigner keeps',
} as const
const signs = {
  EXTERNAL: (fileName: string) => `Phone: reads and signs ${fileName}`,
  CLOUD: (fileName: string) => `Phone: reads and approves ${fileName}`,
} as const

export interface ChainContext {
  readonly addresses: Addresses
  readonly recorder: StepRecorder
  /** Called as soon as a signed file is on the disk. */
  onSigned(): void
}

export interface Parties {
  readonly bank: BankClient
  readonly customer: User
  readonly phone: Phone
  readonly mode: SignerMode
}

/** Makes a customer of the bank whose phone can sign, in this mode. */
export async function enrolCustomer({ addresses, recorder }: ChainContext, mode: SignerMode): Promise<Parties> {
  const customer = customers[mode]
  const { url, basic } = addresses.orchestrator
  const authorization = `Basic ${Buffer.from(`${basic.user}:${basic.password}`).toString('base64')}`
  const bank = createBankClient({ baseUrl: url, authorization: () => authorization })

  const { code, application } = await recorder.step(
    'Bank: a customer, an activation code',
    async () => {
      await bank.createUser(customer)
      const { qrCode } = await bank.startActivation(customer.userId)
      return { code: qrCode, application: await bank.getMobileApplication() }
    },
    () => `${customer.givenName} ${customer.surname}`,
  )
  const { mobileSdkConfig, enrollmentServerUrl } = application
  const phone = await Phone.open({ mobileSdkConfig, url: enrollmentServerUrl, pin })
  const { activationId, fingerprint } = await recorder.step(
    'Phone: exchanges keys with PowerAuth, sets a PIN',
    () => phone.activate(code, { name: 'Demo phone' }),
    (activation) => `fingerprint ${activation.fingerprint}`,
  )
  await recorder.step('Bank: sees the same fingerprint, commits', async () => {
    const { devicePublicKeyFingerprint } = await bank.getActivation(customer.userId, activationId)
    if (devicePublicKeyFingerprint !== fingerprint) throw new Error(`the bank sees ${devicePublicKeyFingerprint}`)
    await bank.commitActivation(customer.userId, activationId)
  })
  await recorder.step(enrols[mode], () => phone.enrol(url, { mode }))
  return { bank, customer, phone, mode }
}

/** One document through all of its life: from `file` to `signed`. */
export async function signDocument(
  context: ChainContext,
  { bank, customer: { userId }, phone, mode }: Parties,
  { file, signed }: { readonly file: string; readonly signed: string },
): Promise<void> {
  const { recorder, addresses } = context
  const fileName = basename(file)
  const { documentId } = await recorder.step(
    `Bank: uploads ${fileName}`,
    async () => bank.createDocument(userId, { name: fileName, fileName, file: createReadStream(file) }),
    ({ size }) => `${size.toLocaleString('en')} bytes`,
  )
  await recorder.step(signs[mode](fileName), async () => {
    const { url } = addresses.orchestrator
    const reviewed = await phone.review(url, documentId)
    if (!(await readFile(file)).equals(originalOf(reviewed))) throw new Error('the phone was shown another document')
    await phone.signDocument(url, reviewed)
  })
  await recorder.step(
    `Bank: fetches ${fileName}`,
    async () => {
      const { body } = await bank.downloadDocument(userId, documentId)
      await writeFile(signed, body)
      context.onSigned()
    },
    () => basename(signed),
  )
  await recorder.step(`Anyone: validates ${fileName}`, () => validate(signed, addresses.ca.trustRoot), String)
}

/** Throws unless every signature passes with the root trusted and the revocation lists fetched. */
async function validate(file: string, trustRoot: string): Promise<string> {
  const report = await reportFile(file, {
    trustAnchors: await readTrustAnchors([trustRoot]),
    fetchRevocation: revocationClient({ allowPrivateAddresses: true }),
    revocation: 'require',
    at: new Date(),
  })
  const verdicts = report.signatures.map(({ indication, subIndication, level }) =>
    [indication, subIndication, level].filter((part) => part !== null).join(' '),
  )
  if (!passes(report)) throw new Error(report.error?.message ?? verdicts.join('; '))
  return verdicts.join('; ')
}
