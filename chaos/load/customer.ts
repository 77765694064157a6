import type { SignerMode } from '@cloudsigner/contracts/cloud-mode'
import { Phone, type PhoneOptions } from '../../apps/cli/src/device/phone.ts'
import type { Outcome, Via } from '../journal.ts'
import { CloudPhone } from './cloud-phone.ts'
import { outcomeOf } from './outcome.ts'
import { patiently, type World } from './world.ts'

/** Somebody with an enrolled phone, whose signing key is on the phone, or at the signer: by its own API, or the bank's. */
export type Customer = ExternalCustomer | CloudCustomer | BankCloudCustomer
export type ExternalCustomer = BankCustomer & { readonly kind: 'external' }
export type BankCloudCustomer = BankCustomer & { readonly kind: 'cloud-by-bank' }
export type CloudCustomer = Activated<CloudPhone> & { readonly kind: 'cloud' }
export type BankCustomer = Activated<Phone>

export const customerKinds = ['external', 'cloud', 'cloud-by-bank'] as const
export type CustomerKind = (typeof customerKinds)[number]

interface Activated<Kind> {
  readonly userId: string
  readonly activationId: string
  readonly phone: Kind
}

/** What activating and asking again takes, of a phone of either mode. */
interface AnyPhone {
  activate(code: string): Promise<{ readonly activationId: string }>
  status(): Promise<{ readonly state: string }>
}

const pin = '1234'
/** How often somebody begins anew before giving up. */
const beginnings = 20

/** From nothing to a signer, whatever is killed meanwhile: what got lost half-way is begun anew. Null after many tries. */
export async function join(world: World, userId: string, kind: CustomerKind): Promise<Customer | null> {
  for (let attempt = 0; attempt < beginnings; attempt += 1) {
    const customer = kind === 'cloud' ? await joinCloud(world, userId) : await joinBank(world, userId, kind)
    if (customer !== null) return customer
  }
  return null
}

async function joinBank(
  world: World,
  userId: string,
  kind: (ExternalCustomer | BankCloudCustomer)['kind'],
): Promise<ExternalCustomer | BankCloudCustomer | null> {
  const customer = await activated(world, userId, (options) => Phone.open(options))
  if (customer === null) return null
  const { activationId, phone } = customer
  const mode: SignerMode = kind === 'external' ? 'EXTERNAL' : 'CLOUD'
  const outcome = await phonePatiently(phone, () =>
    world.journal.record({ act: 'enrol', userId, activationId, mode }, () =>
      phone.enrol(world.orchestratorUrl, { mode }),
    ),
  )
  return outcome.kind === 'acknowledged' ? { ...customer, kind } : null
}

/** By the signer's own API, as a bank calls it that has no reference bank. */
async function joinCloud({ journal, signer, ...world }: World, userId: string): Promise<CloudCustomer | null> {
  const customer = await activated({ journal, signer, ...world }, userId, CloudPhone.open)
  if (customer === null) return null
  const { activationId, phone } = customer
  const who = { signerId: activationId, userId }
  const act = { act: 'enrol', userId, activationId, mode: 'CLOUD' } as const
  const outcome = await phonePatiently(phone, () =>
    journal.record(act, async () => {
      const { challengeId, toBeSigned } = await signer.createChallenge(who)
      const signature = base64(await phone.signBinding(bytesOf(toBeSigned)))
      const devicePublicKey = base64(phone.devicePublicKey)
      return signer.createCloudSigner({ ...who, mode: 'CLOUD', devicePublicKey, challengeId, signature })
    }),
  )
  return outcome.kind === 'acknowledged' ? { ...customer, kind: 'cloud' } : null
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))

async function activated<Kind extends AnyPhone>(
  world: World,
  userId: string,
  open: (options: Required<Pick<PhoneOptions, 'mobileSdkConfig' | 'url' | 'pin' | 'fetch'>>) => Promise<Kind>,
): Promise<Activated<Kind> | null> {
  const { bank, journal } = world
  const identity = { type: 'PNO', value: '8001011234' } as const
  const user = { userId, givenName: 'Alice', surname: 'Novak', country: 'CZ', identity }
  await patiently(() => outcomeOf(() => bank.createUser(user)))
  const started = await patiently(() =>
    journal.record(
      { act: 'start-activation', userId },
      () => bank.startActivation(userId),
      ({ activationId }) => ({ activationId }),
    ),
  )
  const application = await patiently(() => outcomeOf(() => bank.getMobileApplication()))
  if (started.kind !== 'acknowledged' || application.kind !== 'acknowledged') return null
  const { mobileSdkConfig, enrollmentServerUrl } = application.value
  const phone = await open({ mobileSdkConfig, url: enrollmentServerUrl, pin, fetch: world.fetch })
  // A code is exchanged once: where the answer gets lost, nobody but a new code helps.
  const exchanged = await journal.record(
    { act: 'activate', userId },
    () => phone.activate(started.value.qrCode),
    ({ activationId }) => ({ activationId }),
  )
  if (exchanged.kind !== 'acknowledged') return null
  const { activationId } = exchanged.value
  const committed = await patiently(() =>
    journal.record({ act: 'commit-activation', userId, activationId }, () =>
      bank.commitActivation(userId, activationId),
    ),
  )
  // Committed by a call whose answer got lost, or not at all: the phone is told.
  if (committed.kind !== 'acknowledged' && !(await isActive(phone))) return null
  return { userId, activationId, phone }
}

async function isActive(phone: AnyPhone): Promise<boolean> {
  const status = await patiently(() => outcomeOf(() => phone.status()))
  return status.kind === 'acknowledged' && status.value.state === 'ACTIVE'
}

/**
 * What takes a step of the phone's counter: before it is asked again, phone and server compare their counters, since
 * steps that never reached the server are lost for it.
 */
export function phonePatiently<Value>(
  phone: Pick<AnyPhone, 'status'>,
  ask: () => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  let again = false
  return patiently(async () => {
    if (again) {
      const compared = await outcomeOf(() => phone.status())
      if (compared.kind !== 'acknowledged') return compared
    }
    again = true
    return ask()
  })
}

/** Base64 of the device's signature for a document: over what the signer gave, by `sign`. */
export async function signatureFor(
  world: World,
  { phone, activationId }: Customer,
  { via, documentId }: { readonly via: Via; readonly documentId: string },
  sign: () => Promise<Uint8Array>,
): Promise<string | null> {
  const signed = await phonePatiently(phone, () =>
    world.journal.record({ act: 'unlock', via, documentId, activationId }, sign),
  )
  return signed.kind === 'acknowledged' ? base64(signed.value) : null
}
