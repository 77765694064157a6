/** One way to do what a benchmark measures. */
export interface Contender {
  readonly name: string
  run(): Promise<void> | void
}

export interface Measurement {
  readonly name: string
  /** Median, and the spread of the middle half, of the samples. */
  readonly medianMs: number
  readonly interquartileMs: number
  readonly samples: number
  /** Runs whose mean makes one sample. */
  readonly runsPerSample: number
}

export interface MeasureOptions {
  readonly samples: number
  /** A sample takes as many runs as make about so long, so that the clock's grain does not show. */
  readonly sampleMs: number
}

/** Measures contenders by turns, so that what the machine does meanwhile hits all alike. */
export async function measure(
  contenders: readonly Contender[],
  { samples, sampleMs }: MeasureOptions,
): Promise<readonly Measurement[]> {
  const rows = []
  for (const contender of contenders) {
    const once = await warm(contender, sampleMs)
    rows.push({ contender, runsPerSample: Math.max(1, Math.round(sampleMs / once)), times: [] as number[] })
  }
  for (let sample = 0; sample < samples; sample++)
    for (const { contender, runsPerSample, times } of rows) times.push(await timed(contender, runsPerSample))
  return rows.map(({ contender, runsPerSample, times }) => {
    const sorted = times.toSorted((a, b) => a - b)
    const interquartileMs = quantile(sorted, 0.75) - quantile(sorted, 0.25)
    return { name: contender.name, medianMs: quantile(sorted, 0.5), interquartileMs, samples, runsPerSample }
  })
}

/** A server is warm: what runs in microseconds has been compiled long since. What takes long needs few runs to be. */
const warmUpMs = 1500
const warmUpRuns = 3000

/** Runs until the compiler has settled; gives the time of a run. */
async function warm(contender: Contender, sampleMs: number): Promise<number> {
  const started = performance.now()
  let once = await timed(contender, 1)
  let runs = 1
  while (runs < 4 || (runs < warmUpRuns && performance.now() - started < warmUpMs)) {
    const next = Math.max(1, Math.round(sampleMs / once))
    once = await timed(contender, next)
    runs += next
  }
  return once
}

async function timed(contender: Contender, runs: number): Promise<number> {
  const started = performance.now()
  for (let run = 0; run < runs; run++) await contender.run()
  return (performance.now() - started) / runs
}

/** Of numbers in ascending order, between neighbours by proportion. */
export function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q
  const below = sorted[Math.floor(at)] ?? 0
  const above = sorted[Math.ceil(at)] ?? below
  return below + (above - below) * (at - Math.floor(at))
}
