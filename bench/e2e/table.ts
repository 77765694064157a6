/** What the benchmark prints. */

import type { LevelResult, StepCost } from '../e2e.ts'
import type { Used } from './meter.ts'
import type { ProfileSummary } from './profile.ts'

export function levelHeading(): string {
  return line([
    'concurrency',
    'documents',
    'per s',
    'p50 ms',
    'p99 ms',
    'upload',
    'approval',
    'signature',
    'download',
    'CPU ms',
    'others',
    'load',
  ])
}

/** p50 / p99 of each step; CPU of all processes for a document; what of two cores others took; load average. */
export function levelRow({ concurrency, documents, perSecond, latencies, used }: LevelResult): string {
  const both = (step: keyof typeof latencies) => `${time(latencies[step].p50)}/${time(latencies[step].p99)}`
  return line([
    String(concurrency),
    String(documents),
    perSecond.toFixed(1),
    time(latencies.whole.p50),
    time(latencies.whole.p99),
    both('upload'),
    both('approval'),
    both('signature'),
    both('download'),
    (used.totalCpuMs / documents).toFixed(2),
    `${Math.round((used.othersCpuMs / used.wallMs) * 100)}%`,
    used.loadAverage.toFixed(1),
  ])
}

/** Milliseconds of CPU for a document, by step and process. */
export function stepTable(costs: readonly StepCost[]): string {
  const names = Object.keys(costs[0]?.used.cpuMs ?? {})
  const perDocument = (used: Used, documents: number, name: string) => (used.cpuMs[name] ?? 0) / documents
  const rows = costs.map(({ step, documents, used }) => {
    const each = names.map((name) => perDocument(used, documents, name).toFixed(2))
    return line([step, ...each, (used.totalCpuMs / documents).toFixed(2)])
  })
  const sums = names.map((name) =>
    costs.reduce((sum, { used, documents }) => sum + perDocument(used, documents, name), 0).toFixed(2),
  )
  const total = costs.reduce((sum, { used, documents }) => sum + used.totalCpuMs / documents, 0)
  return [line(['CPU ms/document', ...names, 'all']), ...rows, line(['whole', ...sums, total.toFixed(2)])].join('')
}

export function memoryTable(memory: Readonly<Record<string, number>>): string {
  return line(['resident MB', ...Object.entries(memory).map(([name, bytes]) => `${name} ${Math.round(bytes / 1e6)}`)])
}

export function profileTable({ process, sampledMs, busyMs, functions, places }: ProfileSummary, count: number): string {
  const percent = (share: number) => `${(share * 100).toFixed(1).padStart(5)}%`
  const list = (shares: ProfileSummary['places']) =>
    shares.slice(0, count).map(({ what, share }) => `  ${percent(share)}  ${what}\n`)
  const busy = Math.round((busyMs / sampledMs) * 100)
  return [
    `${process}: JavaScript thread busy ${busy}% of the time; self time of it\n`,
    ...list(places),
    '\n',
    ...list(functions),
  ].join('')
}

const time = (ms: number): string => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0))

function line(cells: readonly string[]): string {
  return `${cells.map((cell, index) => (index === 0 ? cell.padEnd(16) : ` ${cell.padStart(13)}`)).join('')}\n`
}
