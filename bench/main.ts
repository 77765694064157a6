/** `npm run bench -- NAME [--peers] [--seconds N] [--mode external|cloud|both] [--profiles DIR] [--json FILE]`: benchmarks by name; never part of the tests. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

export interface BenchmarkOptions {
  /** Whether what others made is measured too, in the same run. */
  readonly peers: boolean
  /** How long one load is kept up. */
  readonly seconds: number
  /** Of `e2e`: which modes. */
  readonly mode: 'external' | 'cloud' | 'both'
  /** Where CPU profiles are left, for whoever wants to see more than their summary; nowhere if absent. */
  readonly profiles?: string
}

/** Prints its table as it goes; what it returns is what `--json` writes. */
export type Benchmark = (options: BenchmarkOptions) => Promise<unknown>

const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  e2e: async () => (await import('./e2e.ts')).benchE2e,
  pades: async () => (await import('./pades.ts')).benchPades,
}

const usage = `usage: npm run bench -- NAME [--peers] [--seconds N] [--mode external|cloud|both] [--profiles DIR] [--json FILE]\nNAME: ${Object.keys(benchmarks).join(', ')}\n`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      peers: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '10' },
      mode: { type: 'string', default: 'both' },
      profiles: { type: 'string' },
      json: { type: 'string' },
    },
    allowPositionals: true,
  })
  const [name = '', ...others] = positionals
  const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined
  const seconds = Number(values.seconds)
  const mode = (['external', 'cloud', 'both'] as const).find((each) => each === values.mode)
  if (!load || others.length > 0 || !(seconds > 0) || mode === undefined) {
    process.stderr.write(usage)
    return 2
  }
  const benchmark = await load()
  const result = await benchmark({
    peers: values.peers,
    seconds,
    mode,
    ...(values.profiles === undefined ? {} : { profiles: values.profiles }),
  })
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`)
  return 0
}

process.exitCode = await main()
