import { Phone } from '../../apps/cli/src/device/phone.ts'
import type { Outcome, Via } from '../journal.ts'
import { outcomeOf } from './outcome.ts'
import { patiently, type World } from './world.ts'

/** Somebody with an enrolled phone. */
export interface Customer {
  readonly userId: string
  readonly activationId: string
  readonly phone: Phone
}

const pin = '1234'

/** From nothing to a signer, whatever is killed meanwhile: what got lost half-way is begun anew. Null after many tries. */
export async function join(world: World, userId: string): Promise<Customer | null> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const customer = await activated(world, userId)
    if (customer !== null && (await enrolled(world, customer))) return customer
  }
  return null
}

async function activated(world: World, userId: string): Promise<Customer | null> {
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
  const phone = await Phone.open({ mobileSdkConfig, url: enrollmentServerUrl, pin, fetch: world.fetch })
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

async function isActive(phone: Phone): Promise<boolean> {
  const status = await patiently(() => outcomeOf(() => phone.status()))
  return status.kind === 'acknowledged' && status.value.state === 'ACTIVE'
}

async function enrolled(world: World, { userId, activationId, phone }: Customer): Promise<boolean> {
  const outcome = await phonePatiently(phone, () =>
    world.journal.record({ act: 'enrol', userId, activationId }, () => phone.enrol(world.orchestratorUrl)),
  )
  return outcome.kind === 'acknowledged'
}

/**
 * What takes a step of the phone's counter: before it is asked again, phone and server compare their counters, since
 * steps that never reached the server are lost for it.
 */
export function phonePatiently<Value>(phone: Phone, ask: () => Promise<Outcome<Value>>): Promise<Outcome<Value>> {
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

/** Base64 of the device's signature over what the signer gave. */
export async function signatureOf(
  world: World,
  { phone, activationId }: Customer,
  document: { readonly via: Via; readonly documentId: string; readonly hash: string },
): Promise<string | null> {
  const { via, documentId, hash } = document
  const signed = await phonePatiently(phone, () =>
    world.journal.record({ act: 'unlock', via, documentId, activationId }, () =>
      phone.sign(new Uint8Array(Buffer.from(hash, 'base64'))),
    ),
  )
  return signed.kind === 'acknowledged' ? Buffer.from(signed.value).toString('base64') : null
}
