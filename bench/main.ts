/** `npm run bench -- NAME [--peers] [--json FILE]`: benchmarks by name; never part of the tests. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

export interface BenchmarkOptions {
  /** Whether what others made is measured too, in the same run. */
  readonly peers: boolean
}

/** Prints its table as it goes; what it returns is what `--json` writes. */
export type Benchmark = (options: BenchmarkOptions) => Promise<unknown>

const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  pades: async () => (await import('./pades.ts')).benchPades,
}

const usage = `usage: npm run bench -- NAME [--peers] [--json FILE]\nNAME: ${Object.keys(benchmarks).join(', ')}\n`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { peers: { type: 'boolean', default: false }, json: { type: 'string' } },
    allowPositionals: true,
  })
  const [name = '', ...others] = positionals
  const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined
  if (!load || others.length > 0) {
    process.stderr.write(usage)
    return 2
  }
  const benchmark = await load()
  const result = await benchmark({ peers: values.peers })
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`)
  return 0
}

process.exitCode = await main()
