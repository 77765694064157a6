/** Documents on their way, so many at a time: each worker begins the next when the last has come back. */
import type { Customer } from './customers.ts'
import { type Journey, type StepName, stepNames } from './journey.ts'
import type { Uploaded } from './signer-door.ts'

/** Milliseconds of each document, by step, and of the whole. */
export type Latencies = Readonly<Record<StepName | 'whole', readonly number[]>>

export interface LoadResult {
  readonly documents: number
  readonly seconds: number
  readonly latencies: Latencies
  /** The last file that came back. */
  readonly signed: Uint8Array
}

export interface Load {
  readonly journey: Journey
  readonly customers: readonly Customer[]
  readonly file: Uint8Array
  readonly concurrency: number
}

/** Whole journeys for so long, or until so many have begun; those that are under way at the end are finished and counted with their time. */
export async function runFor(load: Load, seconds: number, most = Number.POSITIVE_INFINITY): Promise<LoadResult> {
  let begun = 0
  const { journey, file, concurrency } = load
  const latencies: Record<StepName | 'whole', number[]> = {
    upload: [],
    approval: [],
    signature: [],
    download: [],
    whole: [],
  }
  let signed = new Uint8Array()
  const started = performance.now()
  const deadline = started + seconds * 1000
  await workers(concurrency, async (worker) => {
    const customer = customerOf(load, worker)
    while (performance.now() < deadline && begun < most) {
      begun += 1
      const times = [performance.now()]
      const uploaded = await journey.upload(customer, file)
      times.push(performance.now())
      const approved = await journey.approve(customer, uploaded)
      times.push(performance.now())
      await journey.sign(uploaded, approved)
      times.push(performance.now())
      signed = new Uint8Array(await journey.download(uploaded))
      times.push(performance.now())
      requireSigned(signed, file)
      for (const [index, step] of stepNames.entries())
        latencies[step].push((times[index + 1] ?? Number.NaN) - (times[index] ?? Number.NaN))
      latencies.whole.push((times.at(-1) ?? Number.NaN) - (times[0] ?? Number.NaN))
    }
  })
  return { documents: latencies.whole.length, seconds: (performance.now() - started) / 1000, latencies, signed }
}

/** One step after the other, each for all documents, so that what it costs can be told apart. */
export async function runStepByStep(
  load: Load,
  documents: number,
  around: (step: StepName, run: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const { journey, file, concurrency } = load
  const numbers = Array.from({ length: documents }, (_, index) => index)
  const uploaded: Uploaded[] = []
  const approved: object[] = []
  const each = (work: (number: number) => Promise<void>) => async () => {
    const left = numbers.values()
    await workers(concurrency, async () => {
      for (const number of left) await work(number)
    })
  }
  const uploadedBy = (number: number): Uploaded => {
    const found = uploaded[number]
    if (found === undefined) throw new Error(`document ${number} was not uploaded`)
    return found
  }
  await around(
    'upload',
    each(async (number) => {
      uploaded[number] = await journey.upload(customerOf(load, number), file)
    }),
  )
  await around(
    'approval',
    each(async (number) => {
      approved[number] = await journey.approve(customerOf(load, number), uploadedBy(number))
    }),
  )
  await around(
    'signature',
    each((number) => journey.sign(uploadedBy(number), approved[number] ?? {})),
  )
  await around(
    'download',
    each(async (number) => requireSigned(await journey.download(uploadedBy(number)), file)),
  )
}

async function workers(count: number, work: (worker: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, worker) => work(worker)))
}

function customerOf({ customers }: Load, number: number): Customer {
  const customer = customers[number % customers.length]
  if (customer === undefined) throw new Error('nobody is there to sign')
  return customer
}

/** Cheap, for every document; some are validated in full afterwards. */
function requireSigned(signed: Uint8Array, file: Uint8Array): void {
  if (signed.length <= file.length) throw new Error('the file that came back is not longer than the one that was sent')
}
