/** The four services in this process, over real HTTP and TLS, on one embedded database: what `cloudsigner up` starts. */
import { createServer } from 'node:net'
import { createEjbcaClient, type EjbcaClient } from '@cloudsigner/clients/ejbca'
import { mutualTlsFetch } from '@cloudsigner/clients/node'
import { type BankClient, createBankClient } from '@cloudsigner/clients/orchestrator'
import { createPowerAuthPrivateClient, type PowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import { createSignerClient, type SignerClient } from '@cloudsigner/clients/signer'
import { createOrchestrator } from '@cloudsigner/orchestrator'
import { createPowerAuth } from '@cloudsigner/powerauth'
import type { CallbackTables, Database } from '@cloudsigner/service'
import { openTestEnvironment } from '@cloudsigner/service/testing'
import { createSigner } from '@cloudsigner/signer'
import { type CaConnection, createCa } from '../services/ca/src/app.ts'

/** What customers and their judge need of a stack, wherever it runs. */
export interface CustomerStack {
  readonly ca: Pick<CaConnection, 'trustRoot'>
  readonly signer: SignerClient
  readonly bank: BankClient
  readonly orchestratorUrl: string
}

export interface Stack extends CustomerStack {
  readonly ca: CaConnection
  readonly caClient: EjbcaClient
  readonly powerAuth: PowerAuthPrivateClient
  /** Names of all blobs, the bank's too. */
  readonly blobs: () => Promise<readonly string[]>
  /** What PowerAuth and the signer owe or have sent, and what the bank has taken. */
  readonly callbacks: () => Promise<Callbacks>
  readonly log: () => string
  readonly close: () => Promise<void>
}

export interface Callbacks {
  readonly owed: readonly {
    readonly id: string
    readonly type: string
    readonly subject: string
    readonly status: string
  }[]
  readonly received: ReadonlyMap<string, string>
}

async function callbacksOf(database: Database): Promise<Callbacks> {
  const owedBy = (schema: string) =>
    database
      .forSchema<CallbackTables>(schema)
      .selectFrom('callback_event')
      .select(['id', 'type', 'subject', 'status'])
      .execute()
  const received = await database
    .forSchema<{ received_callback: { idempotency_key: string; outcome: string } }>('orchestrator')
    .selectFrom('received_callback')
    .select(['idempotency_key', 'outcome'])
    .execute()
  return {
    owed: [...(await owedBy('signer')), ...(await owedBy('powerauth'))],
    received: new Map(received.map((row) => [row.idempotency_key, row.outcome])),
  }
}

const loopback = { host: '127.0.0.1', port: 0 }
const basic = ({ user, password }: { user: string; password: string }) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

export async function openStack(): Promise<Stack> {
  const environment = await openTestEnvironment()
  const integration = { user: 'integration', password: 'a secret of the tests' }
  const signerCredentials = { user: 'orchestrator', password: 'another secret' }
  const bankCredentials = { user: 'bank', password: 'a third one' }
  const callbackCredentials = { user: 'callbacks', password: 'a fourth one' }
  const orchestratorPort = await freePort()
  const orchestratorUrl = `http://127.0.0.1:${orchestratorPort}`

  const publicPort = await freePort()
  const ca = await createCa(
    {
      rest: loopback,
      public: { host: '127.0.0.1', port: publicPort },
      publicUrl: `http://127.0.0.1:${publicPort}`,
    },
    environment,
  )
  const powerAuth = await createPowerAuth(
    {
      privateApi: {
        ...loopback,
        integrations: [{ clientToken: integration.user, clientSecret: integration.password }],
      },
      publicApi: loopback,
    },
    environment,
  )
  const powerAuthPrivate = { baseUrl: powerAuth.urls.private, credentials: integration }
  const signer = await createSigner(
    {
      listen: loopback,
      credentials: signerCredentials,
      powerAuth: powerAuthPrivate,
      ca: ca.connection,
      callbacks: {
        destinations: { orchestrator: { url: `${orchestratorUrl}/callbacks/signer`, basic: callbackCredentials } },
      },
    },
    environment,
  )
  const signerUrl = `http://127.0.0.1:${signer.listeners.http.port}`
  const orchestrator = await createOrchestrator(
    {
      listen: { host: '127.0.0.1', port: orchestratorPort },
      credentials: bankCredentials,
      powerAuth: { ...powerAuthPrivate, publicUrl: powerAuth.urls.public },
      signer: { baseUrl: signerUrl, credentials: signerCredentials },
      callbacks: {
        access: { credentials: callbackCredentials },
        registration: { baseUrl: orchestratorUrl, credentials: callbackCredentials },
      },
    },
    environment,
  )
  const tls = mutualTlsFetch({
    ca: ca.connection.tlsCa,
    cert: ca.connection.clientCertificate,
    key: ca.connection.clientKey,
  })
  return {
    ca: ca.connection,
    caClient: createEjbcaClient({ baseUrl: ca.connection.restUrl, fetch: tls.fetch }),
    powerAuth: createPowerAuthPrivateClient(powerAuthPrivate),
    signer: createSignerClient({ baseUrl: signerUrl, authorization: () => basic(signerCredentials) }),
    bank: createBankClient({ baseUrl: orchestratorUrl, authorization: () => basic(bankCredentials) }),
    orchestratorUrl,
    blobs: async () => (await Array.fromAsync(environment.blobs.list(''))).sort(),
    callbacks: () => callbacksOf(environment.database),
    log: () => environment.logger.text(),
    async close() {
      await tls.close()
      for (const service of [orchestrator, signer, powerAuth, ca]) await service.close()
      await environment.close()
    },
  }
}

/** The CA's certificates carry its public address, so that it is chosen before the CA starts. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
