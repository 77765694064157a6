import { setTimeout as sleep } from 'node:timers/promises'
import type { Fleet, Victim } from './fleet/fleet.ts'
import type { Journal } from './journal.ts'
import type { Chance } from './random.ts'

/** Between a start and the next kill, in answers, so that there is something to kill on any machine; but not for ever. */
const calm = { low: 1, high: 50 }
const longestCalmMs = 3000
/** Between a kill and the start, in milliseconds. */
const absence = { low: 0, high: 200 }
/** After a start began, in milliseconds: when its process is killed again before it answers. */
const hasty = { low: 50, high: 1500 }

/** Of blows: those that kill every process, those that kill every replica of one service, and those that fall twice. */
const powerCutShare = 0.05
const serviceShare = 0.15
const hastyShare = 0.5

/**
 * Kills processes at moments of chance and starts them again, until so many were killed: one alone, every replica of a
 * service, or all at once as a power cut does; and again while they start. How often, by name of the process.
 */
export async function killAndStartAgain(
  fleet: Fleet,
  journal: Journal,
  times: number,
  chance: Chance,
): Promise<Readonly<Record<string, number>>> {
  const kills: Record<string, number> = {}
  const nextVictims = victimsOf(fleet, chance)
  let left = times

  async function kill(victims: readonly Victim[]): Promise<void> {
    await Promise.all(
      victims.map(async (victim) => {
        journal.note('killed', victim.name)
        await victim.kill()
        kills[victim.name] = (kills[victim.name] ?? 0) + 1
      }),
    )
    left -= victims.length
  }
  async function start(victim: Victim, again: boolean): Promise<void> {
    const starting = victim.start()
    // Looked at below, when it was killed.
    starting.catch(() => undefined)
    if (again) {
      await Promise.race([sleep(chance.between(hasty.low, hasty.high)), starting])
      await kill([victim])
      await victim.start()
    }
    await starting
    journal.note('started', victim.name)
  }

  while (left > 0) {
    await untilAnswered(journal, Math.floor(chance.between(calm.low, calm.high)))
    const victims = nextVictims().slice(0, left)
    await kill(victims)
    await sleep(chance.between(absence.low, absence.high))
    // Services want their database when they start.
    for (const victim of victims.filter(({ name }) => name === 'database')) await start(victim, strikesAgain())
    const services = victims.filter(({ name }) => name !== 'database')
    await Promise.all(services.map((victim) => start(victim, services.length === 1 && strikesAgain())))
  }
  return kills

  function strikesAgain(): boolean {
    return left > 0 && chance.next() < hastyShare
  }
}

async function untilAnswered(journal: Journal, count: number): Promise<void> {
  const enough = journal.acknowledged + count
  const deadline = performance.now() + longestCalmMs
  while (journal.acknowledged < enough && performance.now() < deadline) await sleep(5)
}

/** Services and database are hit in rounds: each as often as another, however many processes it has. */
function victimsOf({ victims }: Fleet, chance: Chance): () => readonly Victim[] {
  let round: readonly (readonly Victim[])[] = []
  return () => {
    if (round.length === 0) round = victims
    const replicas = chance.pick(round)
    round = round.filter((each) => each !== replicas)
    const fate = chance.next()
    if (fate < powerCutShare) return victims.flat()
    return fate < powerCutShare + serviceShare ? replicas : [chance.pick(replicas)]
  }
}
