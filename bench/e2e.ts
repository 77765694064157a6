/** `bench e2e`: whole documents through the running stack, upload → hash → signature → download. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { passes, readTrustAnchors, reportFile } from '../apps/cli/src/validate/file-report.ts'
import { revocationClient } from '../apps/cli/src/validate/revocation-client.ts'
import { enrolCustomers } from './e2e/customers.ts'
import { cloudJourney, externalJourney, type Journey, type StepName } from './e2e/journey.ts'
import { type LoadResult, runFor, runStepByStep } from './e2e/load.ts'
import { memoryOf, startMeter, type Used } from './e2e/meter.ts'
import { type ProfileSummary, summariseProfile } from './e2e/profile.ts'
import { openSignerDoor } from './e2e/signer-door.ts'
import { type Stack, startStack } from './e2e/stack.ts'
import { levelHeading, levelRow, memoryTable, profileTable, stepTable } from './e2e/table.ts'
import type { Measured } from './e2e/usage.ts'
import type { Benchmark, BenchmarkOptions } from './main.ts'
import { quantile } from './measure.ts'

export interface LevelResult {
  readonly concurrency: number
  readonly documents: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly latencies: Readonly<Record<StepName | 'whole', { readonly p50: number; readonly p99: number }>>
  readonly used: Used
}

export interface StepCost {
  readonly step: StepName
  readonly documents: number
  readonly used: Used
}

interface ModeResult {
  readonly mode: Journey['mode']
  readonly levels: readonly LevelResult[]
  readonly steps: readonly StepCost[]
  /** Bytes, after all levels. */
  readonly memory: Readonly<Record<string, number>>
  readonly profiles: readonly ProfileSummary[]
}

const levels = [1, 8, 32]
const customerCount = 32
/** Until V8 has compiled what is hot, or for so long at most. */
const warmUpDocuments = 1500
const warmUpSeconds = 90
const stepDocuments = 300
/** Of the step-by-step and the profiled runs. */
const steadyConcurrency = 8
const profiledServices = ['signer', 'ca', 'powerauth']
const documentFile = new URL('../examples/consumer-loan.pdf', import.meta.url)

interface Bench {
  readonly options: BenchmarkOptions
  readonly stack: Stack
  readonly file: Uint8Array
  readonly processes: readonly Measured[]
}

export const benchE2e: Benchmark = async (options) => {
  const file = new Uint8Array(await readFile(documentFile))
  const stack = await startStack()
  // Ended early, it leaves no process behind either.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stack.close().finally(() => process.exit(1)))
  try {
    const bench = { options, stack, file, processes: processesOf(stack) }
    const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() }
    const settings = stack.databaseSettings
    say(
      `Documents of ${file.length.toLocaleString('en')} bytes through four services, PostgreSQL and this load generator,\n`,
    )
    say(`all on ${machine.cores} cores; Node ${machine.node}, ${machine.cpu}\n`)
    say(
      `PostgreSQL: ${Object.entries(settings)
        .map((pair) => pair.join(' '))
        .join(', ')}; blobs are files, flushed\n`,
    )
    const modes: ModeResult[] = []
    for (const mode of ['external', 'cloud'] as const)
      if (options.mode === 'both' || options.mode === mode) modes.push(await measureMode(bench, mode))
    return {
      benchmark: 'e2e',
      ...machine,
      database: settings,
      documentBytes: file.length,
      customers: customerCount,
      modes,
    }
  } finally {
    await stack.close()
  }
}

const say = (text: string) => process.stdout.write(text)

function processesOf({ services, databasePid }: Stack): readonly Measured[] {
  return [
    ...services.map(({ name, pid }) => ({ name, pid, withChildren: false })),
    { name: 'postgresql', pid: databasePid, withChildren: true },
    { name: 'load', pid: process.pid, withChildren: false },
  ]
}

async function measureMode(bench: Bench, mode: Journey['mode']): Promise<ModeResult> {
  const { stack, processes, options } = bench
  say(`\n${mode}\n`)
  const door = openSignerDoor(stack.ready, Math.max(...levels))
  try {
    const { file } = bench
    const customers = await enrolCustomers(stack.ready, mode, customerCount)
    const journey = mode === 'external' ? externalJourney(door) : cloudJourney(door, stack.ready, file)
    const load = { journey, customers, file }
    await runFor({ ...load, concurrency: steadyConcurrency }, warmUpSeconds, warmUpDocuments)
    say(levelHeading())
    const results: LevelResult[] = []
    for (const concurrency of levels) {
      const used = startMeter(processes)
      const result = await runFor({ ...load, concurrency }, options.seconds)
      const level = levelOf(concurrency, result, used())
      results.push(level)
      say(levelRow(level))
      await requireValid(stack, `${mode}-${concurrency}`, result.signed)
    }
    const memory = memoryOf(processes)
    const steps: StepCost[] = []
    await runStepByStep({ ...load, concurrency: steadyConcurrency }, stepDocuments, async (step, run) => {
      const used = startMeter(processes)
      await run()
      steps.push({ step, documents: stepDocuments, used: used() })
    })
    say(`\n${stepTable(steps)}\n${memoryTable(memory)}`)
    const profiles = await profile(bench, mode, () =>
      runFor({ ...load, concurrency: steadyConcurrency }, options.seconds),
    )
    return { mode, levels: results, steps, memory, profiles }
  } finally {
    await door.close()
  }
}

function levelOf(concurrency: number, { documents, seconds, latencies }: LoadResult, used: Used): LevelResult {
  const of = (step: keyof typeof latencies) => {
    const sorted = latencies[step].toSorted((a, b) => a - b)
    return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) }
  }
  return {
    concurrency,
    documents,
    perSecond: documents / seconds,
    latencies: {
      whole: of('whole'),
      upload: of('upload'),
      approval: of('approval'),
      signature: of('signature'),
      download: of('download'),
    },
    used,
  }
}

/** The last file of a level is a PDF that validates, with revocation lists fetched. */
async function requireValid({ folder, ready }: Stack, name: string, signed: Uint8Array): Promise<void> {
  const path = join(folder, `${name}.pdf`)
  await writeFile(path, signed)
  const report = await reportFile(path, {
    trustAnchors: await readTrustAnchors([ready.ca.trustRoot]),
    fetchRevocation: revocationClient({ allowPrivateAddresses: true }),
    revocation: 'require',
    at: new Date(),
    password: undefined,
  })
  if (!passes(report)) throw new Error(`what came back does not validate: ${JSON.stringify(report)}`)
}

/** Runs under the profiler, after all that is measured: sampling has its price. */
async function profile(
  { stack, options }: Bench,
  mode: string,
  run: () => Promise<unknown>,
): Promise<readonly ProfileSummary[]> {
  const folder = options.profiles ?? stack.folder
  await mkdir(folder, { recursive: true })
  const profiled = stack.services.filter(({ name }) => profiledServices.includes(name))
  for (const service of profiled) await service.startProfile()
  await run()
  const summaries: ProfileSummary[] = []
  for (const service of profiled) {
    const file = join(folder, `${mode}-${service.name}.cpuprofile`)
    await service.stopProfile(file)
    const summary = await summariseProfile(service.name, file)
    // Who had next to nothing to do has no hot path.
    if (summary.busyMs < summary.sampledMs / 50) continue
    summaries.push(summary)
    say(`\n${profileTable(summary, 15)}`)
  }
  return summaries
}
