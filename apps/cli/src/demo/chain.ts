/** The chain, from an activation code to validated files: the bank on one side, the phone on the other, over HTTP. */
import { createReadStream } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type BankClient, createBankClient } from '@cloudsigner/clients/orchestrator'
import type { User } from '@cloudsigner/contracts/orchestrator'
import { Phone } from '../device/phone.ts'
import { passes, readTrustAnchors, reportFile } from '../validate/file-report.ts'
import { revocationClient } from '../validate/revocation-client.ts'
import type { Addresses } from './running-stack.ts'
import type { StepRecorder } from './steps.ts'

const pin = '1234'

const alice: User = {
  userId: 'alice',
  givenName: 'Alice',
  surname: 'Novak',
  country: 'CZ',
  identity: { type: 'IDC', value: '998877665' },
}

export interface ChainContext {
  readonly addresses: Addresses
  readonly recorder: StepRecorder
  /** Called as soon as a signed file is on the disk. */
  onSigned(): void
}

interface Parties {
  readonly bank: BankClient
  readonly phone: Phone
}

/** Makes Alice a customer whose phone can sign. */
export async function enrolAlice({ addresses, recorder }: ChainContext): Promise<Parties> {
  const { url, basic } = addresses.orchestrator
  const authorization = `Basic ${Buffer.from(`${basic.user}:${basic.password}`).toString('base64')}`
  const bank = createBankClient({ baseUrl: url, authorization: () => authorization })

  const { code, application } = await recorder.step(
    'Bank: a customer, an activation code',
    async () => {
      await bank.createUser(alice)
      const { qrCode } = await bank.startActivation(alice.userId)
      return { code: qrCode, application: await bank.getMobileApplication() }
    },
    () => `${alice.givenName} ${alice.surname}`,
  )
  const { mobileSdkConfig, enrollmentServerUrl } = application
  const phone = await Phone.open({ mobileSdkConfig, url: enrollmentServerUrl, pin })
  const { activationId, fingerprint } = await recorder.step(
    'Phone: exchanges keys with PowerAuth, sets a PIN',
    () => phone.activate(code, { name: 'Demo phone' }),
    (activation) => `fingerprint ${activation.fingerprint}`,
  )
  await recorder.step('Bank: sees the same fingerprint, commits', async () => {
    const { devicePublicKeyFingerprint } = await bank.getActivation(alice.userId, activationId)
    if (devicePublicKeyFingerprint !== fingerprint) throw new Error(`the bank sees ${devicePublicKeyFingerprint}`)
    await bank.commitActivation(alice.userId, activationId)
  })
  await recorder.step('Phone: certificate for its key, by the PIN', () => phone.enrol(url))
  return { bank, phone }
}

/** One document through all of its life: from `file` to `signed`. */
export async function signDocument(
  context: ChainContext,
  { bank, phone }: Parties,
  { file, signed }: { readonly file: string; readonly signed: string },
): Promise<void> {
  const { recorder, addresses } = context
  const fileName = basename(file)
  const { documentId } = await recorder.step(
    `Bank: uploads ${fileName}`,
    async () => bank.createDocument(alice.userId, { name: fileName, fileName, file: createReadStream(file) }),
    ({ size }) => `${size.toLocaleString('en')} bytes`,
  )
  await recorder.step(`Phone: reads and signs ${fileName}`, async () => {
    const app = phone.bank(addresses.orchestrator.url)
    const { hash } = await app.getDocument(documentId)
    if (hash === null) throw new Error('the document does not wait for a signature')
    const shown = await app.downloadDocument(documentId)
    const size = (await new Response(shown.body).arrayBuffer()).byteLength
    if (size !== (await stat(file)).size) throw new Error(`the phone was shown ${size} bytes`)
    const signature = await phone.sign(new Uint8Array(Buffer.from(hash, 'base64')))
    await app.signDocument(documentId, Buffer.from(signature).toString('base64'))
  })
  await recorder.step(
    `Bank: fetches ${fileName}`,
    async () => {
      const { body } = await bank.downloadDocument(alice.userId, documentId)
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
