import { createPowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import { createSignerClient, type SignerClient } from '@cloudsigner/clients/signer'
import {
  authentication,
  type BasicCredentials,
  type ClientCredentials,
  type Clock,
  clientCredentialsAuthorization,
  createHttpServer,
  documentSecurity,
  type HttpServer,
  type Listener,
  listen,
  type ServiceEnvironment,
  schemesOf,
} from '@cloudsigner/service'
import { type CallbackRegistration, createCallbackRegistration } from './adapters/callback-registration.ts'
import { createPowerAuth, type PowerAuth } from './adapters/power-auth.ts'
import { defaults, type OrchestratorConfig } from './config.ts'
import type { OrchestratorContext } from './context.ts'
import { bankRoutes } from './http/bank.ts'
import { callbackRoutes } from './http/callbacks.ts'
import { configurationRoutes } from './http/configuration.ts'
import { phoneRoutes } from './http/phone.ts'
import { authenticatePhones } from './http/phone-authentication.ts'
import { problemAnswer } from './http/problem-answer.ts'
import { requestTimeoutSeconds, startJobs } from './jobs.ts'
import { orchestratorMigrations } from './store/migrations.ts'
import { type OrchestratorTables, orchestratorSchema } from './store/tables.ts'

export { type CallbackReceiverConfig, defaults, type OrchestratorConfig } from './config.ts'

export interface OrchestratorService {
  readonly listeners: { readonly http: Listener }
  /** Stops the jobs and lets requests under way end. */
  close(): Promise<void>
}

/** What is outside; tests of this service put others in their place. */
export interface Outside {
  readonly powerAuth: PowerAuth
  readonly signer: SignerClient
  readonly registration?: CallbackRegistration
}

const jsonBodyLimit = 64 * 1024

/** The reference bank: brings its schema up to date, binds, and starts its job. */
export async function createOrchestrator(
  config: OrchestratorConfig,
  environment: ServiceEnvironment,
  outside: Outside = connect(config, environment.clock),
): Promise<OrchestratorService> {
  await environment.database.migrate(orchestratorSchema, orchestratorMigrations)
  const context = createContext(config, environment, outside)
  const server = await createServer(config, environment, context)
  await makeApplication(context)
  const listener = await listen(server, config.listen)
  const jobs = environment.database.jobs(orchestratorSchema)
  await startJobs(context, jobs, registrationOf(config, context, outside))
  return {
    listeners: { http: listener },
    async close() {
      await jobs.stop()
      await listener.close()
    },
  }
}

async function createServer(
  config: OrchestratorConfig,
  environment: ServiceEnvironment,
  context: OrchestratorContext,
): Promise<HttpServer> {
  const server = await createHttpServer({
    name: 'orchestrator',
    title: 'CloudSigner reference bank',
    version: '0.1.0',
    logger: environment.logger,
    bodyLimitBytes: jsonBodyLimit,
    requestTimeoutSeconds,
    formatError: problemAnswer,
  })
  const authenticate = authentication('bank', config, environment.clock)
  await server.register(async (bank: HttpServer) => {
    bank.addHook('onRequest', authenticate)
    documentSecurity(bank, schemesOf(config))
    bankRoutes(bank, context)
  })
  if (config.callbacks) {
    const { access } = config.callbacks
    const authenticateSenders = authentication('callbacks', access, environment.clock)
    await server.register(async (callbacks: HttpServer) => {
      callbacks.addHook('onRequest', authenticateSenders)
      documentSecurity(callbacks, schemesOf(access))
      callbackRoutes(callbacks, context)
    })
  }
  configurationRoutes(server, context)
  await server.register(async (phones: HttpServer) => {
    authenticatePhones(phones, context.powerAuth)
    phoneRoutes(phones, context)
  })
  return server
}

function createContext(
  config: OrchestratorConfig,
  environment: ServiceEnvironment,
  outside: Outside,
): OrchestratorContext {
  const { database, blobs, clock, random, logger } = environment
  return {
    db: database.forSchema<OrchestratorTables>(orchestratorSchema),
    blobs,
    clock,
    random,
    logger,
    powerAuth: outside.powerAuth,
    signer: outside.signer,
    settings: {
      maxDocumentBytes: config.maxDocumentBytes ?? defaults.maxDocumentBytes,
      waitingTimeoutSeconds: config.signer.waitingTimeoutSeconds ?? defaults.waitingTimeoutSeconds,
      enrollmentServerUrl: config.powerAuth.publicUrl,
      applicationId: config.powerAuth.applicationId ?? defaults.applicationId,
    },
  }
}

/** The genuine clients: PowerAuth's private API and CloudSigner Server, over HTTP. */
function connect(config: OrchestratorConfig, clock: Clock): Outside {
  const client = createPowerAuthPrivateClient(config.powerAuth)
  const applicationId = config.powerAuth.applicationId ?? defaults.applicationId
  return {
    powerAuth: createPowerAuth(client, applicationId),
    registration: createCallbackRegistration(client, applicationId),
    signer: createSignerClient({
      baseUrl: config.signer.baseUrl,
      authorization: authorizationOf(config.signer.credentials, clock),
    }),
  }
}

/** A token of an authorization server or, in development, HTTP Basic. */
function authorizationOf(
  credentials: BasicCredentials | ClientCredentials,
  clock: Clock,
): () => string | Promise<string> {
  if ('tokenUri' in credentials) return clientCredentialsAuthorization(credentials, clock)
  const header = `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`, 'utf8').toString('base64')}`
  return () => header
}

/** Has PowerAuth tell this service of what happens; null where nobody is to be told. */
function registrationOf(
  { callbacks }: OrchestratorConfig,
  { powerAuth }: OrchestratorContext,
  { registration }: Outside,
): (() => Promise<void>) | null {
  const where = callbacks?.registration
  if (where === undefined || registration === undefined) return null
  return async () => {
    // Makes the application where there is none yet.
    await powerAuth.getMobileSdkConfig()
    await registration.register(where.baseUrl, where.credentials)
  }
}

/** At the first start; where PowerAuth is not up yet, the first call that needs the application makes it. */
async function makeApplication({ powerAuth, logger }: OrchestratorContext): Promise<void> {
  try {
    await powerAuth.getMobileSdkConfig()
  } catch (error) {
    logger.warn({ err: error }, "PowerAuth does not answer yet: the bank's application is made when it is first needed")
  }
}
