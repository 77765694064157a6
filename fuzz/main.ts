/** `npm run fuzz -- pdf --minutes N [--seed S]`: broken files until the time is over or one of them breaks us. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { mutate, randomFrom } from './mutate.ts'
import { tryFile } from './pdf.ts'
import { readSeeds } from './seeds.ts'

const usage = `usage: npm run fuzz -- pdf [--minutes N] [--seed S]

  --minutes N   default 1
  --seed S      number of the first file; default: another each time. A file is its number: --seed S tries file S first

A file that breaks us is kept in .fuzz/; exit status 1.
`
/** Of one file, everything done to it; a machine under load takes its time. */
const maxMilliseconds = 10_000
const maxSeedBytes = 200_000

interface FuzzOptions {
  readonly minutes: number
  readonly seed: number
}

function parse(args: readonly string[]): FuzzOptions | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } },
      allowPositionals: true,
    })
    const minutes = Number(values.minutes)
    const seed = Number(values.seed ?? Math.floor(Date.now() / 1000) % 2 ** 31)
    const isSound = positionals.length === 1 && positionals[0] === 'pdf' && minutes > 0 && Number.isSafeInteger(seed)
    return isSound ? { minutes, seed } : null
  } catch {
    return null
  }
}

async function fuzz({ minutes, seed }: FuzzOptions): Promise<number> {
  const seeds = readSeeds(maxSeedBytes)
  const end = performance.now() + minutes * 60_000
  const counts = { signed: 0, refused: 0 }
  let slowest = 0
  let number = seed
  for (; performance.now() < end; number++) {
    const file = mutate(seeds, randomFrom(number))
    const started = performance.now()
    try {
      counts[await tryFile(file, number)]++
      const spent = performance.now() - started
      slowest = Math.max(slowest, spent)
      if (spent > maxMilliseconds) throw new Error(`took ${Math.round(spent)} ms`)
    } catch (error) {
      mkdirSync('.fuzz', { recursive: true })
      const kept = join('.fuzz', `pdf-${number}.pdf`)
      writeFileSync(kept, file)
      process.stdout.write(`${kept}, again by --seed ${number}: ${error instanceof Error ? error.stack : error}\n`)
      return 1
    }
  }
  const what = `${counts.signed} signed and valid, ${counts.refused} refused`
  process.stdout.write(
    `${number - seed} files of ${seeds.length} seeds, from ${seed}: ${what}; slowest ${Math.round(slowest)} ms\n`,
  )
  return 0
}

const options = parse(process.argv.slice(2))
if (options === null) process.stderr.write(usage)
process.exitCode = options === null ? 2 : await fuzz(options)
