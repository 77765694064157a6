import { setTimeout as sleep } from 'node:timers/promises'
import { type Chance, chanceOf } from '../random.ts'
import { type Customer, customerKinds, join } from './customer.ts'
import { makeDocument } from './document.ts'
import { journey } from './journey.ts'
import { type JourneyEnd, planOf } from './plan.ts'
import { pauseMs, type World } from './world.ts'

export interface LoadOptions {
  readonly phones: number
  readonly seed: number
}

export interface Load {
  /** Documents that ended so, up to now. */
  readonly ends: Readonly<Record<JourneyEnd, number>>
  /** Customers who joined, those at the beginning included. */
  joined(): number
  /** Lets every document under way come to its end; throws what no load should throw. */
  stop(): Promise<void>
}

/** Between a customer's joining and the next one's, in milliseconds. */
const joiningPauseMs = 1500

/** Phones of each kind by turns that sign one document after the other, and beside them new customers who join and sign one. */
export async function startLoad(world: World, { phones, seed }: LoadOptions): Promise<Load> {
  const ends: Record<JourneyEnd, number> = { lost: 0, left: 0, rejected: 0, signed: 0 }
  let stopping = false
  let joined = 0

  async function newCustomer(userId: string): Promise<Customer> {
    const kind = customerKinds[joined % customerKinds.length] ?? 'external'
    const customer = await join(world, userId, kind)
    if (customer === null) throw new Error(`${userId} could not join`)
    joined += 1
    return customer
  }
  async function signOne(customer: Customer, count: number, chance: Chance): Promise<void> {
    const document = makeDocument(`${customer.userId}-${count}`, chance)
    const end = await journey(world, customer, document, planOf(chance))
    ends[end] += 1
    if (end === 'lost') await sleep(pauseMs)
  }
  async function signOn(customer: Customer, chance: Chance): Promise<void> {
    for (let count = 1; !stopping; count += 1) await signOne(customer, count, chance)
  }
  async function joinOn(chance: Chance): Promise<void> {
    for (let count = 1; !stopping; count += 1) {
      await signOne(await newCustomer(`newcomer-${count}`), 1, chance)
      await sleep(joiningPauseMs)
    }
  }

  const customers: Customer[] = []
  for (let phone = 1; phone <= phones; phone += 1) customers.push(await newCustomer(`customer-${phone}`))
  const workers = [
    ...customers.map((customer, index) => signOn(customer, chanceOf(seed + index + 1))),
    joinOn(chanceOf(seed + phones + 1)),
  ]
  const all = Promise.all(workers)
  // Looked at when the load is stopped.
  all.catch(() => undefined)
  return {
    ends,
    joined: () => joined,
    async stop() {
      stopping = true
      await all
    },
  }
}
