/** What processes have used, by Linux's /proc. */
import { readdirSync, readFileSync } from 'node:fs'

/** A process, or one with the children it has: PostgreSQL has one for each connection. */
export interface Measured {
  readonly name: string
  readonly pid: number
  readonly withChildren: boolean
}

/** proc(5): times are in ticks of a hundredth of a second on every Linux that we run on. */
const msPerTick = 10

interface Stat {
  readonly pid: number
  readonly parent: number
  readonly ownTicks: number
  /** Of children that have ended. */
  readonly childTicks: number
}

function statOf(pid: number): Stat | undefined {
  try {
    // The second field is the program's name in parentheses, which may hold anything.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')
    const field = text.split(' ').map(Number)
    const at = (index: number) => field[index] ?? 0
    return { pid, parent: at(1), ownTicks: at(11) + at(12), childTicks: at(13) + at(14) }
  } catch {
    return undefined
  }
}

function childrenOf(pid: number): readonly Stat[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((name) => statOf(Number(name)) ?? []).filter(({ parent }) => parent === pid)
}

/** CPU time so far, user and system, of all threads. */
export function cpuMs({ pid, withChildren }: Measured): number {
  const own = statOf(pid)
  if (own === undefined) return 0
  if (!withChildren) return own.ownTicks * msPerTick
  const children = childrenOf(pid).reduce((sum, { ownTicks }) => sum + ownTicks, 0)
  return (own.ownTicks + own.childTicks + children) * msPerTick
}

/** Resident memory; what a family's processes share is counted once (Pss). */
export function residentBytes({ pid, withChildren }: Measured): number {
  if (!withChildren) return lineOf(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB/m)
  const pids = [pid, ...childrenOf(pid).map((child) => child.pid)]
  return pids.reduce((sum, each) => sum + lineOf(`/proc/${each}/smaps_rollup`, /^Pss:\s+(\d+) kB/m), 0)
}

function lineOf(path: string, pattern: RegExp): number {
  try {
    return Number(pattern.exec(readFileSync(path, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/** CPU time that all processes of the machine have used since its start: what others do meanwhile shows here. */
export function machineCpuMs(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1)
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).map(Number)
  return (user + nice + system + irq + softirq) * msPerTick
}
