import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { findFile, readOrCreateFile, writeFileAtomically } from '@cloudsigner/service'
import { portCount, UsageError } from './arguments.ts'

/** Ports by offset from the base: a table of the README. */
export interface Ports {
  readonly powerAuthPrivate: number
  readonly powerAuthPublic: number
  readonly caRest: number
  readonly caPublic: number
  readonly signer: number
  readonly orchestrator: number
  readonly app: number
}

function portsFrom(base: number): Ports {
  return {
    powerAuthPrivate: base,
    powerAuthPublic: base + 1,
    caRest: base + 2,
    caPublic: base + 3,
    signer: base + 4,
    orchestrator: base + 5,
    app: base + 6,
  }
}

/**
 * The installation's ports. Base 0 means those kept in the data directory, found at the first start; another base is kept
 * from now on.
 */
export async function choosePorts(
  dataDirectory: string,
  base: number,
  host: string,
  random: (length: number) => Uint8Array,
): Promise<Ports> {
  const path = join(dataDirectory, 'ports.json')
  if (base === 0) {
    const make = async () => keptForm(await freeBase(host, random))
    return portsFrom(parseKept(await readOrCreateFile(path, 0o644, make), path))
  }
  const kept = await findFile(path)
  if (kept !== keptForm(base)) await writeFileAtomically(path, keptForm(base), 0o644)
  return portsFrom(base)
}

const keptForm = (base: number) => `${JSON.stringify({ base })}\n`

function parseKept(text: string, path: string): number {
  const base = portBaseIn(text)
  if (base === undefined) throw new UsageError(`${path} holds no port base: remove it, or give --port-base.`)
  return base
}

function portBaseIn(text: string): number | undefined {
  try {
    const { base } = JSON.parse(text)
    return Number.isInteger(base) && base >= 1 && base + portCount - 1 <= 65_535 ? base : undefined
  } catch {
    return undefined
  }
}

/** Below 32768, where Linux begins to give ports to outgoing connections, so that what was free stays so. */
const lowest = 15_000
const highest = 32_000

/** A base whose seven ports are free. */
async function freeBase(host: string, random: (length: number) => Uint8Array): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const base = lowest + (Buffer.from(random(4)).readUInt32BE() % (highest - lowest))
    const free = await Promise.all(Array.from({ length: portCount }, (_, offset) => isFree(base + offset, host)))
    if (free.every(Boolean)) return base
  }
  throw new Error(`no ${portCount} free ports in a row were found on ${host}`)
}

async function isFree(port: number, host: string): Promise<boolean> {
  const probe = createServer()
  try {
    probe.listen({ port, host, exclusive: true })
    await once(probe, 'listening')
    return true
  } catch {
    return false
  } finally {
    await new Promise((resolve) => probe.close(resolve))
  }
}
