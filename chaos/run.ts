import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type PostgresServer, startPostgresServer } from '@cloudsigner/service/testing'
import { startEmbeddedFleet } from './fleet/embedded-fleet.ts'
import type { DatabasePlace, Fleet } from './fleet/fleet.ts'
import { startReplicatedFleet } from './fleet/replicated-fleet.ts'
import { Journal } from './journal.ts'
import { killAndStartAgain } from './kills.ts'
import { startConsumer, subscribe } from './load/consumer.ts'
import { type Customer, customerKinds, join as joinBank } from './load/customer.ts'
import { makeDocument } from './load/document.ts'
import { journey } from './load/journey.ts'
import { startLoad } from './load/load.ts'
import type { JourneyEnd } from './load/plan.ts'
import { openWorld, type World } from './load/world.ts'
import type { ChaosOptions } from './options.ts'
import { type Chance, chanceOf } from './random.ts'

/** What was done to a stack, and what is left of it. */
export interface ChaosRun {
  readonly seed: number
  readonly seconds: number
  /** By name of the process. */
  readonly kills: Readonly<Record<string, number>>
  readonly documents: Readonly<Record<JourneyEnd, number>>
  readonly customers: number
  /** What went wrong beside the laws: processes that ended by themselves, a stack that does not work afterwards. */
  readonly failures: readonly string[]
  readonly journalFolder: string
  readonly dataDirectory: string
  readonly database: DatabasePlace
}

export interface ChaosDone {
  readonly run: ChaosRun
  /** Ends the database: when nobody needs to look into it any more. */
  close(): Promise<void>
}

/** Load and kills on a stack of its own in `folder`. Services are stopped afterwards, the database can be read. */
export async function runChaos(options: ChaosOptions, folder: string): Promise<ChaosDone> {
  const { fleet, close } = await startFleet(options, folder)
  const journalFolder = join(folder, 'journal')
  const journal = new Journal(journalFolder)
  const chance = chanceOf(options.seed)
  const consumer = await startConsumer(journal, chanceOf(options.seed - 1))
  try {
    const world = openWorld(fleet.ready, journal)
    await subscribe(world, consumer.url)
    const load = await startLoad(world, options)
    const started = performance.now()
    const kills = await killAndStartAgain(fleet, journal, options.kills, chance)
    await sleep(Math.max(0, options.seconds * 1000 - (performance.now() - started)))
    await load.stop()
    const failures = [...fleet.deaths(), ...(await worksAgain(world, chance))]
    await consumer.untilQuiet(drainMs)
    journal.note('settled', 'all')
    const seconds = Math.round((performance.now() - started) / 1000)
    await fleet.stopServices()
    const { dataDirectory, database } = fleet
    const { seed } = options
    const documents = load.ends
    return {
      run: {
        ...{ seed, seconds, kills, documents, customers: load.joined(), failures },
        ...{ journalFolder, dataDirectory, database },
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  } finally {
    await consumer.close()
    journal.close()
  }
}

/** How long callbacks are waited for at the end, in milliseconds. What is to be sent after that is owed, and not lost. */
const drainMs = 5000

async function startFleet(
  { database, programs }: ChaosOptions,
  folder: string,
): Promise<{ readonly fleet: Fleet; close(): Promise<void> }> {
  if (database === 'embedded') {
    const fleet = await startEmbeddedFleet(folder)
    return { fleet, close: () => fleet.close() }
  }
  if (database !== 'postgres') {
    const fleet = await startReplicatedFleet({ folder, databaseUrl: database, replicas: 2 })
    return { fleet, close: () => fleet.close() }
  }
  // A folder of its own, since the server may run as another user.
  const directory = await mkdtemp(join(tmpdir(), 'cloudsigner-postgresql-'))
  let server: PostgresServer | undefined
  const end = async () => {
    await server?.stop()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    server = await startPostgresServer({ directory, fsync: true, ...(programs === undefined ? {} : { programs }) })
    await server.createDatabase('cloudsigner')
    const databaseUrl = server.urlOf('cloudsigner')
    const fleet = await startReplicatedFleet({ folder, databaseUrl, server, replicas: 2 })
    return {
      fleet,
      async close() {
        await fleet.close()
        await end()
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** After all that somebody new of each kind joins and signs a document. */
async function worksAgain(world: World, chance: Chance): Promise<readonly string[]> {
  const failures: string[] = []
  for (const kind of customerKinds) {
    const customer = await joinBank(world, `latecomer-${kind}`, kind)
    if (customer === null) failures.push(`Afterwards nobody new could join (${kind}).`)
    else if (!(await signs(world, customer, chance))) failures.push(`Afterwards no document could be signed (${kind}).`)
  }
  return failures
}

async function signs(world: World, customer: Customer, chance: Chance): Promise<boolean> {
  const plan = { via: 'signer', fate: 'signed', isImpatient: false, isContested: false } as const
  // The first upload's answer may get lost in what the last kill left behind.
  for (let count = 1; count <= 3; count += 1) {
    const document = makeDocument(`${customer.userId}-${count}`, chance)
    if ((await journey(world, customer, document, plan)) === 'signed') return true
  }
  return false
}
