import { readFile } from 'node:fs/promises'
import type { Environment } from './addresses.ts'
import { untilAnswering } from './answering.ts'
import type { ServiceName, UpOptions } from './arguments.ts'
import { type Installation, openInstallation } from './installation.ts'
import type { CaReady, ReadyFile } from './ready-file.ts'
import {
  type StartedService,
  startApp,
  startCa,
  startOrchestrator,
  startPowerAuth,
  startSigner,
} from './start-services.ts'

/** Services of one process, all answering. */
export interface Stack {
  readonly ready: ReadyFile
  /** Takes no more requests, lets those under way end (10 s at most), closes the database. */
  close(): Promise<void>
}

/** Starts what `options.services` names. What had started is closed again where one fails. */
export async function startStack(options: UpOptions, environment: Environment): Promise<Stack> {
  const installation = await openInstallation(options, environment)
  const started: StartedService[] = []
  const close = async () => {
    // The last to start depends on the others, and goes first.
    for (const service of started.toReversed()) await service.close()
    await installation.close()
  }
  try {
    await startInOrder(installation, options, environment, (service) => started.push(service))
    const ready: ReadyFile = Object.assign({ version: 1 as const }, ...started.map((service) => service.ready))
    await untilAllAnswer(ready, installation)
    return { ready, close }
  } catch (error) {
    await close().catch(() => undefined)
    throw error
  }
}

/** PowerAuth and the CA need nobody; the signer reads what the CA left for it; the orchestrator asks PowerAuth. */
async function startInOrder(
  installation: Installation,
  options: UpOptions,
  environment: Environment,
  keep: (service: StartedService) => void,
): Promise<void> {
  const start = async (name: ServiceName, how: typeof startCa) => {
    if (options.services.includes(name)) keep(await how(installation, options, environment))
  }
  const first = await Promise.allSettled([start('ca', startCa), start('powerauth', startPowerAuth)])
  const failed = first.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  const second = await Promise.allSettled([
    start('signer', startSigner),
    start('orchestrator', startOrchestrator),
    start('app', startApp),
  ])
  const failedLater = second.find((result) => result.status === 'rejected')
  if (failedLater) throw failedLater.reason
}

/** Asks where this process listens: the names in the ready file may lead here from elsewhere only. */
async function untilAllAnswer(ready: ReadyFile, { addresses, bound }: Installation): Promise<void> {
  const answering: Promise<void>[] = []
  if (ready.powerauth) {
    answering.push(untilAnswering('The private API of PowerAuth', `${bound.powerAuthPrivate}/health`))
    answering.push(untilAnswering('The public API of PowerAuth', `${bound.powerAuthPublic}/health`))
  }
  if (ready.ca) {
    const crlPath = ready.ca.crl.slice(addresses.caPublic.length)
    answering.push(caAnswers(ready.ca, bound.caRest))
    answering.push(untilAnswering('The CRL', `${bound.caPublic}${crlPath}`))
  }
  if (ready.signer) answering.push(untilAnswering('CloudSigner Server', `${bound.signer}/health`))
  if (ready.app) answering.push(untilAnswering("The phone's app", `${bound.app}/health`))
  if (ready.orchestrator) answering.push(untilAnswering('The orchestrator', `${bound.orchestrator}/health`))
  await Promise.all(answering)
}

async function caAnswers({ clientCert, clientKey, tlsCa }: CaReady, rest: string): Promise<void> {
  const [cert, key, ca] = await Promise.all([clientCert, clientKey, tlsCa].map((path) => readFile(path, 'utf8')))
  if (cert === undefined || key === undefined || ca === undefined) return
  await untilAnswering('The REST API of the CA', `${rest}/v1/certificate/status`, { cert, key, ca })
}
