import { type BankCloudCustomer, phonePatiently } from './customer.ts'
import type { NewDocument } from './document.ts'
import type { JourneyEnd, Plan } from './plan.ts'
import { bankRoute } from './routes.ts'
import type { World } from './world.ts'

/** One document's life in Cloud mode through the reference bank: the phone reviews, approves and signs, as its app does. */
export async function bankCloudJourney(
  world: World,
  customer: BankCloudCustomer,
  document: NewDocument,
  { fate }: Plan,
): Promise<JourneyEnd> {
  const { journal, orchestratorUrl } = world
  const { phone, activationId } = customer
  const route = bankRoute(world)
  const waiting = await route.upload(customer, document)
  if (waiting === null) return 'lost'
  const { via, documentId } = waiting
  if (fate === 'left') return 'left'
  if (fate === 'rejected') {
    await route.reject(customer, documentId)
    return 'rejected'
  }
  const reviewed = await phonePatiently(phone, () =>
    journal.record({ act: 'review', via, documentId, activationId }, () => phone.review(orchestratorUrl, documentId)),
  )
  if (reviewed.kind !== 'acknowledged') return 'lost'
  await phonePatiently(phone, () =>
    journal.record({ act: 'sign', via, documentId }, () => phone.signDocument(orchestratorUrl, reviewed.value)),
  )
  const file = await route.download(customer, documentId)
  return file.kind === 'acknowledged' ? 'signed' : 'lost'
}
