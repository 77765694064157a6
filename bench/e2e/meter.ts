/** CPU time and memory of every process of the run, from one moment to another. */
import { loadavg } from 'node:os'
import { cpuMs, type Measured, machineCpuMs, residentBytes } from './usage.ts'

export interface Used {
  /** Milliseconds of CPU by process. */
  readonly cpuMs: Readonly<Record<string, number>>
  /** Of all of them. */
  readonly totalCpuMs: number
  /** Of processes that have nothing to do with the run: where it is not small, times are pessimistic. */
  readonly othersCpuMs: number
  readonly wallMs: number
  /** Of the last minute, at the end. */
  readonly loadAverage: number
}

/** Begins to count; the function that it gives says what was used since. */
export function startMeter(processes: readonly Measured[]): () => Used {
  const take = () => ({ wall: performance.now(), machine: machineCpuMs(), each: processes.map(cpuMs) })
  const before = take()
  return () => {
    const after = take()
    const used = processes.map(
      ({ name }, index) => [name, (after.each[index] ?? 0) - (before.each[index] ?? 0)] as const,
    )
    const totalCpuMs = used.reduce((sum, [, ms]) => sum + ms, 0)
    return {
      cpuMs: Object.fromEntries(used),
      totalCpuMs,
      othersCpuMs: Math.max(0, after.machine - before.machine - totalCpuMs),
      wallMs: after.wall - before.wall,
      loadAverage: loadavg()[0] ?? 0,
    }
  }
}

export function memoryOf(processes: readonly Measured[]): Readonly<Record<string, number>> {
  return Object.fromEntries(processes.map((each) => [each.name, residentBytes(each)]))
}
