/** `bench pades`: what a PAdES B-B signature costs, against the floor and (with --peers) against other libraries. */
import { cpus } from 'node:os'
import type { Benchmark, BenchmarkOptions } from './main.ts'
import { type Contender, type Measurement, measure } from './measure.ts'
import { digestAlone, floor, ours, oursAfterDigest } from './pades/contenders.ts'
import { type BenchmarkDocument, benchmarkDocuments } from './pades/documents.ts'
import { type Identity, makeIdentity } from './pades/identity.ts'
import { heading, row } from './pades/table.ts'

export interface PadesCase {
  readonly name: string
  readonly xref: string
  readonly bytes: number
  readonly measurements: readonly Measurement[]
}

export const benchPades: Benchmark = async (options) => {
  const identity = await makeIdentity()
  const cases: PadesCase[] = []
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length }
  process.stdout.write(`PAdES B-B, P-256; median ms of interleaved runs; Node ${machine.node}, ${machine.cpu}\n`)
  process.stdout.write(heading(options.peers))
  for (const document of benchmarkDocuments()) {
    const contenders = await contendersFor(document, identity, options)
    const slow = document.bytes.length > 20_000_000
    const measurements = await measure(contenders, { samples: slow ? 7 : 15, sampleMs: 20 })
    const { name, xref, bytes } = document
    cases.push({ name, xref, bytes: bytes.length, measurements })
    process.stdout.write(row({ name, xref, bytes: bytes.length, measurements }, options.peers))
  }
  return { benchmark: 'pades', ...machine, cases }
}

async function contendersFor(
  { bytes }: BenchmarkDocument,
  identity: Identity,
  { peers }: BenchmarkOptions,
): Promise<readonly Contender[]> {
  const own = [floor(bytes, identity), digestAlone(bytes), ours(bytes, identity), oursAfterDigest(bytes, identity)]
  if (!peers) return own
  const { libPdf, pdfLib } = await import('./pades/peers.ts')
  return [...own, libPdf(bytes, identity), pdfLib(bytes, identity)]
}
