import { createHash } from 'node:crypto'
import type { Chance } from '../random.ts'
import { type Customer, signatureOf } from './customer.ts'
import { makeDocument } from './document.ts'
import { bankRoute, signerRoute } from './routes.ts'
import type { World } from './world.ts'

/** Of documents that were taken, how many are rejected, and how many are left to wait. */
const rejectedShare = 0.15
const leftShare = 0.05

export type JourneyEnd = 'lost' | 'left' | 'rejected' | 'signed'

/** One document's life: uploaded, then signed and downloaded, or rejected, or left. */
export async function journey(world: World, customer: Customer, name: string, chance: Chance): Promise<JourneyEnd> {
  const bytes = makeDocument(chance)
  const original = createHash('sha256').update(bytes).digest('hex')
  world.journal.keep(original, bytes)
  const route = chance.pick([signerRoute, bankRoute])(world)

  const waiting = await route.upload(customer, { name, original, bytes })
  if (waiting === null) return 'lost'
  const fate = chance.next()
  if (fate < leftShare) return 'left'
  if (fate < leftShare + rejectedShare) {
    await route.reject(customer, waiting.documentId)
    return 'rejected'
  }
  const signature = await signatureOf(world, customer, waiting)
  if (signature === null) return 'lost'
  await route.sign(customer, waiting.documentId, signature)
  const file = await route.download(customer, waiting.documentId)
  return file.kind === 'acknowledged' ? 'signed' : 'lost'
}
