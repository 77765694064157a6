import { bankCloudJourney } from './bank-cloud-journey.ts'
import { cloudJourney } from './cloud-journey.ts'
import { bytesOf, type Customer, type ExternalCustomer, signatureFor } from './customer.ts'
import { decide } from './decide.ts'
import type { NewDocument } from './document.ts'
import type { JourneyEnd, Plan } from './plan.ts'
import { bankRoute, signerRoute } from './routes.ts'
import type { World } from './world.ts'

/** One document's life: uploaded, then signed and downloaded, or rejected, or left. */
export async function journey(
  world: World,
  customer: Customer,
  document: NewDocument,
  plan: Plan,
): Promise<JourneyEnd> {
  world.journal.keep(document.original, document.bytes)
  switch (customer.kind) {
    case 'external':
      return externalJourney(world, customer, document, plan)
    case 'cloud':
      return cloudJourney(world, customer, document, plan)
    case 'cloud-by-bank':
      return bankCloudJourney(world, customer, document, plan)
  }
}

async function externalJourney(
  world: World,
  customer: ExternalCustomer,
  document: NewDocument,
  { via, fate, ...plan }: Plan,
): Promise<JourneyEnd> {
  const route = { signer: signerRoute, bank: bankRoute }[via](world)
  const waiting = await route.upload(customer, document)
  if (waiting === null) return 'lost'
  const { documentId, hash } = waiting
  if (fate === 'left') return 'left'
  if (fate === 'rejected') {
    await route.reject(customer, documentId)
    return 'rejected'
  }
  const signature = await signatureFor(world, customer, waiting, () => customer.phone.sign(bytesOf(hash)))
  if (signature === null) return 'lost'
  return decide(
    {
      sign: () => route.sign(customer, documentId, signature),
      reject: () => route.reject(customer, documentId),
      download: () => route.download(customer, documentId),
    },
    // A phone makes one code after the other: it has no two calls at a time.
    via === 'signer' ? plan : { isImpatient: false, isContested: false },
  )
}
