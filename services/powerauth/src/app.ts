import { nodeCrypto } from '@cloudsigner/powerauth-protocol/node'
import { type CallbackTables, createOutbox, type Listener, listen, type ServiceEnvironment } from '@cloudsigner/service'
import { type PowerAuthConfig, resolveSettings } from './config.ts'
import { createPrivateApi, PRIVATE_BASE_PATH } from './http/private-api.ts'
import { createPublicApi, PUBLIC_BASE_PATH } from './http/public-api.ts'
import { runHousekeeping } from './jobs/housekeeping.ts'
import { callbackDestinations } from './methods/callback-destinations.ts'
import type { PowerAuthContext } from './methods/context.ts'
import { migrations, POWERAUTH_SCHEMA } from './store/migrations.ts'
import type { PowerAuthTables } from './store/tables.ts'

export type { IntegrationCredentials, ListenerConfig, PowerAuthConfig, PowerAuthSettings } from './config.ts'
export type { DisplayAttribute, DisplayTemplate } from './domain/display/display-template.ts'
export { shippedDisplayTemplates } from './domain/display/shipped-templates.ts'

/** The service, listening. */
export interface PowerAuthService {
  readonly listeners: { readonly private: Listener; readonly public: Listener }
  /** What clients prefix, context path included. */
  readonly urls: { readonly private: string; readonly public: string }
  /** Takes no more requests, finishes those under way and the job that runs. The database stays open. */
  close(): Promise<void>
}

/** Migrates the schema and opens both listeners. */
export async function createPowerAuth(
  config: PowerAuthConfig,
  environment: ServiceEnvironment,
): Promise<PowerAuthService> {
  const settings = resolveSettings(config)
  const { database, secretBox, clock, random, logger } = environment
  await database.migrate(POWERAUTH_SCHEMA, migrations)
  const crypto = { ...nodeCrypto, random }
  const db = database.forSchema<PowerAuthTables>(POWERAUTH_SCHEMA)
  const outbox = createOutbox({
    db: database.forSchema<CallbackTables>(POWERAUTH_SCHEMA),
    clock,
    random,
    logger,
    destinations: callbackDestinations(db, secretBox),
    settings: config.callbacks ?? {},
  })
  const context: PowerAuthContext = { db, secretBox, clock, random, crypto, settings, outbox }
  const privateApi = await createPrivateApi(config.privateApi, context, logger)
  const publicApi = await createPublicApi(context, logger)
  const jobs = database.jobs(POWERAUTH_SCHEMA)
  if (settings.housekeepingInterval > 0) {
    const seconds = settings.housekeepingInterval / 1000
    await jobs.every('housekeeping', seconds, (_job, signal) => runHousekeeping(context, signal))
  }
  // The embedded database has one process.
  await outbox.start(jobs, { alone: database.kind === 'pglite' })
  const privateListener = await listen(privateApi, config.privateApi)
  const publicListener = await listen(publicApi, config.publicApi)
  return {
    listeners: { private: privateListener, public: publicListener },
    urls: { private: urlOf(privateListener, PRIVATE_BASE_PATH), public: urlOf(publicListener, PUBLIC_BASE_PATH) },
    async close() {
      await Promise.all([privateListener.close(), publicListener.close(), jobs.stop()])
      await outbox.stop()
    },
  }
}

function urlOf({ host, port }: Listener, basePath: string): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}${basePath}`
}
