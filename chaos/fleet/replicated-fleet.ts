import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { PostgresServer } from '@cloudsigner/service/testing'
import type { ServiceName } from '../../apps/cli/src/up/arguments.ts'
import type { WholeReadyFile } from '../../apps/cli/src/up/ready-file.ts'
import { type ProxyRoute, startProxy } from '../proxy.ts'
import type { Fleet, Victim } from './fleet.ts'
import { ServiceProcess } from './service-process.ts'

export interface ReplicatedOptions {
  readonly folder: string
  readonly databaseUrl: string
  /** The server behind the URL, where it is to be killed too. */
  readonly server?: PostgresServer
  /** Of each service. */
  readonly replicas: number
}

/** Ports of one `up`, and what is at each offset. */
const portCount = 6
const caRestOffset = 2

/** Each service in processes of its own, behind a proxy; one data directory and one database for all. */
export async function startReplicatedFleet(options: ReplicatedOptions): Promise<Fleet> {
  const { folder, databaseUrl, server, replicas } = options
  const base = await freePorts(portCount * (replicas + 1))
  const bases = Array.from({ length: replicas }, (_, index) => base + portCount * (index + 1))
  const proxy = await startProxy(routesOf(base, bases))
  const replicasOf = (name: ServiceName) =>
    bases.map((own, index) => replica({ name, number: index + 1, folder, databaseUrl, own, proxied: base }))
  // The signer reads what the CA left for it, the orchestrator asks PowerAuth.
  const first = [replicasOf('ca'), replicasOf('powerauth')]
  const second = [replicasOf('signer'), replicasOf('orchestrator')]
  const services = [...first, ...second].flat()
  try {
    await startAll(first.flat())
    await startAll(second.flat())
  } catch (error) {
    await Promise.all(services.map((service) => service.kill()))
    await proxy.close()
    throw error
  }
  return {
    ready: Object.assign({}, ...services.map((service) => service.ready)) as WholeReadyFile,
    victims: [...first, ...second, ...(server ? [[databaseVictim(server)]] : [])],
    dataDirectory: join(folder, 'data'),
    database: { url: databaseUrl },
    deaths: () => services.flatMap((service) => service.deaths),
    async stopServices() {
      await Promise.all(services.toReversed().map((service) => service.stop()))
    },
    async close() {
      await Promise.all(services.map((service) => service.kill()))
      await proxy.close()
    },
  }
}

async function startAll(services: readonly ServiceProcess[]): Promise<void> {
  const results = await Promise.allSettled(services.map((service) => service.start()))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

interface Replica {
  readonly name: ServiceName
  readonly number: number
  readonly folder: string
  readonly databaseUrl: string
  /** First of the ports it binds, and of those that its peers and clients call. */
  readonly own: number
  readonly proxied: number
}

function replica({ name, number, folder, databaseUrl, own, proxied }: Replica): ServiceProcess {
  const at = (offset: number) => `127.0.0.1:${proxied + offset}`
  return new ServiceProcess({
    name: `${name}-${number}`,
    folder,
    args: [name, '--database', databaseUrl, '--port-base', String(own)],
    environment: {
      CLOUDSIGNER_POWERAUTH_PRIVATE_URL: `http://${at(0)}/powerauth-java-server`,
      CLOUDSIGNER_POWERAUTH_PUBLIC_URL: `http://${at(1)}/enrollment-server`,
      CLOUDSIGNER_CA_REST_URL: `https://${at(caRestOffset)}/ejbca/ejbca-rest-api`,
      CLOUDSIGNER_CA_PUBLIC_URL: `http://${at(3)}`,
      CLOUDSIGNER_SIGNER_URL: `http://${at(4)}`,
      CLOUDSIGNER_ORCHESTRATOR_URL: `http://${at(5)}`,
    },
  })
}

function routesOf(base: number, bases: readonly number[]): readonly ProxyRoute[] {
  return Array.from({ length: portCount }, (_, offset) => ({
    port: base + offset,
    replicas: bases.map((own) => own + offset),
    // Mutual TLS ends at the CA, which has to see its client's certificate.
    kind: offset === caRestOffset ? 'tcp' : 'http',
  }))
}

/** A server that is killed while it starts is started again by the call that started it. */
function databaseVictim(server: PostgresServer): Victim {
  let starting: Promise<void> | undefined
  return {
    name: 'database',
    kill: () => server.kill(),
    async start() {
      starting ??= server.start().finally(() => {
        starting = undefined
      })
      await starting
    },
  }
}

/** First of so many free ports in a row, below those that Linux gives to outgoing connections. */
async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const base = 15_000 + Math.floor(Math.random() * (32_000 - 15_000 - count))
    const free = await Promise.all(Array.from({ length: count }, (_, offset) => isFree(base + offset)))
    if (free.every(Boolean)) return base
  }
  throw new Error(`no ${count} free ports in a row were found`)
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  try {
    probe.listen({ port, host: '127.0.0.1', exclusive: true })
    await once(probe, 'listening')
    return true
  } catch {
    return false
  } finally {
    await new Promise((resolve) => probe.close(resolve))
  }
}
