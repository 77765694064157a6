import { createPowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import type { TimeStampTransport } from '@cloudsigner/pades'
import { nodeCrypto } from '@cloudsigner/pki/node'
import {
  authentication,
  createHttpServer,
  documentSecurity,
  type HttpServer,
  type Listener,
  listen,
  type ServiceEnvironment,
  schemesOf,
} from '@cloudsigner/service'
import { createSignerCallbacks } from './adapters/callbacks.ts'
import type { CertificateAuthority } from './adapters/certificate-authority.ts'
import { softwareKeys } from './adapters/cloud-keys.ts'
import { readDefaultFont } from './adapters/default-font.ts'
import { createDeviceRegistry, type DeviceRegistry } from './adapters/device-registry.ts'
import { createEjbcaAuthority } from './adapters/ejbca-authority.ts'
import { createTimeStampAuthority, httpTimeStampTransport } from './adapters/time-stamp-authority.ts'
import { assertConfig, documentDefaults, requestTimeoutSeconds, type SignerConfig } from './config.ts'
import type { SignerContext } from './context.ts'
import { cloudSignerRoutes } from './http/cloud-signers.ts'
import { documentFileRoutes } from './http/document-file.ts'
import { documentRoutes } from './http/documents.ts'
import { problemAnswer } from './http/problem-answer.ts'
import { signerRoutes } from './http/signers.ts'
import { startJobs } from './jobs/start-jobs.ts'
import { sweepStrayBlobs } from './jobs/sweep-stray-blobs.ts'
import { signerMigrations } from './store/migrations.ts'
import { type SignerTables, signerSchema } from './store/tables.ts'

export type { CallbackConfig, SignerDestination } from './adapters/callbacks.ts'
export { documentDefaults, type SignerConfig } from './config.ts'

export interface SignerService {
  readonly listeners: { readonly http: Listener }
  /** Stops the jobs, lets requests under way end, and gives back what was opened here. */
  close(): Promise<void>
}

/** What is outside; tests of this service put others in their place. */
export interface Outside {
  readonly devices: DeviceRegistry
  readonly ca: CertificateAuthority
  readonly timeStamps: TimeStampTransport | null
  close(): Promise<void>
}

const jsonBodyLimit = 64 * 1024

/** CloudSigner Server: brings its schema up to date, binds, and starts its jobs. */
export async function createSigner(
  config: SignerConfig,
  environment: ServiceEnvironment,
  outside: Outside = connect(config),
): Promise<SignerService> {
  assertConfig(config)
  await environment.database.migrate(signerSchema, signerMigrations)
  const defaultFont = await readDefaultFont()
  const { outbox, events } = createSignerCallbacks(config.callbacks ?? { destinations: {} }, environment)
  const url = () => publicUrl(config, listener)
  const context = createContext(config, environment, outside, { defaultFont, events, publicUrl: url })
  const server = await createServer(config, environment, context)
  await sweepStrayBlobs(context)
  const listener = await listen(server, config.listen)
  const jobs = environment.database.jobs(signerSchema)
  await startJobs(config, context, jobs)
  // The embedded database has one process.
  await outbox.start(jobs, { alone: environment.database.kind === 'pglite' })
  return {
    listeners: { http: listener },
    async close() {
      await jobs.stop()
      await listener.close()
      await outbox.stop()
      await outside.close()
    },
  }
}

async function createServer(
  config: SignerConfig,
  environment: ServiceEnvironment,
  context: SignerContext,
): Promise<HttpServer> {
  const server = await createHttpServer({
    name: 'signer',
    title: 'CloudSigner Server',
    version: '0.1.0',
    logger: environment.logger,
    bodyLimitBytes: jsonBodyLimit,
    requestTimeoutSeconds,
    formatError: problemAnswer,
  })
  const authenticate = authentication('CloudSigner', config, environment.clock)
  // A scope, so that the hook covers every route of ours and leaves /health and /openapi.json open.
  await server.register(async (scope: HttpServer) => {
    scope.addHook('onRequest', authenticate)
    documentSecurity(scope, schemesOf(config))
    signerRoutes(scope, context)
    cloudSignerRoutes(scope, context)
    await documentRoutes(scope, context)
    documentFileRoutes(scope, context)
  })
  return server
}

function createContext(
  config: SignerConfig,
  environment: ServiceEnvironment,
  outside: Outside,
  made: Pick<SignerContext, 'defaultFont' | 'events'> & Pick<SignerContext['settings'], 'publicUrl'>,
): SignerContext {
  const { maxBytes, ...documents } = { ...documentDefaults, ...config.documents }
  // Node's mathematics, and the environment's randomness.
  const crypto = { ...nodeCrypto, random: environment.random }
  const { clock, logger } = environment
  return {
    db: environment.database.forSchema<SignerTables>(signerSchema),
    blobs: environment.blobs,
    clock,
    logger,
    crypto,
    secretBox: environment.secretBox,
    devices: outside.devices,
    ca: outside.ca,
    cloudKeys: softwareKeys,
    tsa: outside.timeStamps && createTimeStampAuthority(outside.timeStamps, { crypto, clock, logger }),
    defaultFont: made.defaultFont,
    events: made.events,
    settings: { publicUrl: made.publicUrl, maxDocumentBytes: maxBytes, ...documents },
  }
}

/** The genuine adapters: PowerAuth's private API, the CA's REST and the time-stamping authority, over HTTP. */
function connect(config: SignerConfig): Outside {
  const authority = createEjbcaAuthority(config.ca)
  return {
    devices: createDeviceRegistry(createPowerAuthPrivateClient(config.powerAuth)),
    ca: authority,
    timeStamps: config.tsa ? httpTimeStampTransport(config.tsa) : null,
    close: () => authority.close(),
  }
}

function publicUrl(config: SignerConfig, listener: Listener): string {
  return config.publicUrl ?? `http://${listener.host}:${listener.port}`
}
