/** The real PowerAuth service, in this process and on an embedded database, and what its back office does. */
import { createPowerAuthPrivateClient, type PowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import { createPowerAuth, type PowerAuthConfig } from '@cloudsigner/powerauth'
import { createFixedClock, type FixedClock, openTestEnvironment } from '@cloudsigner/service/testing'

export interface RunningPowerAuth {
  readonly publicUrl: string
  readonly clock: FixedClock
  readonly client: PowerAuthPrivateClient
  /** The mobileSdkConfig of a new application. */
  createApplication(applicationId: string): Promise<string>
  close(): Promise<void>
}

const credentials = { user: 'integration', password: 'a secret of the tests' }

export async function startPowerAuth(settings: Partial<PowerAuthConfig> = {}): Promise<RunningPowerAuth> {
  const clock = createFixedClock()
  const environment = await openTestEnvironment({ clock })
  const loopback = { host: '127.0.0.1', port: 0 }
  const integrations = [{ clientToken: credentials.user, clientSecret: credentials.password }]
  const apis = { privateApi: { ...loopback, integrations }, publicApi: loopback }
  const service = await createPowerAuth({ housekeepingInterval: 0, ...apis, ...settings }, environment)
  const client = createPowerAuthPrivateClient({ baseUrl: service.urls.private, credentials })
  return {
    publicUrl: service.urls.public,
    clock,
    client,
    async createApplication(applicationId) {
      await client.createApplication({ applicationId })
      const { versions } = await client.getApplicationDetail({ applicationId })
      return versions[0]?.mobileSdkConfig ?? ''
    },
    async close() {
      await service.close()
      await environment.close()
    },
  }
}
