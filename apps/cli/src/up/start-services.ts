import { createCa } from '@cloudsigner/ca'
import { createOrchestrator } from '@cloudsigner/orchestrator'
import { createPowerAuth } from '@cloudsigner/powerauth'
import type { BasicCredentials } from '@cloudsigner/service'
import { createSigner } from '@cloudsigner/signer'
import { accessOf, clientCredentialsFrom, isProduction } from './access.ts'
import type { Environment } from './addresses.ts'
import { untilAnswering } from './answering.ts'
import { builtApp } from './app-front/built-app.ts'
import { startFront } from './app-front/front.ts'
import { listStaticFiles } from './app-front/static-files.ts'
import type { UpOptions } from './arguments.ts'
import { readCaAccess, writeCaFiles } from './ca-access.ts'
import { callbackSettings, orchestratorCallbacks, signerCallbacks } from './callbacks.ts'
import type { Installation } from './installation.ts'
import type { ReadyFile } from './ready-file.ts'

/** A service that answers: what it adds to the ready file. */
export interface StartedService {
  readonly ready: Omit<ReadyFile, 'version'>
  close(): Promise<void>
}

type Start = (installation: Installation, options: UpOptions, environment: Environment) => Promise<StartedService>

export const startCa: Start = async (
  { ports, addresses, caFiles, environmentOf },
  { host, publicHost, dataDirectory },
) => {
  const service = await createCa(
    {
      rest: { host, port: ports.caRest, hostNames: [publicHost] },
      public: { host, port: ports.caPublic },
      publicUrl: addresses.caPublic,
    },
    await environmentOf('ca'),
  )
  const { connection } = service
  await writeCaFiles(caFiles, dataDirectory, connection)
  const { caName, certificateProfile, endEntityProfile, crlUrl: crl, ocspUrl: ocsp, tsaUrl: tsa } = connection
  return {
    ready: {
      ca: { rest: addresses.caRest, crl, ocsp, ...caFiles, caName, certificateProfile, endEntityProfile },
      tsa,
    },
    close: () => service.close(),
  }
}

export const startPowerAuth: Start = async ({ ports, addresses, credentials, environmentOf }, options) => {
  const { user, password } = credentials.powerauth
  const service = await createPowerAuth(
    {
      privateApi: {
        host: options.host,
        port: ports.powerAuthPrivate,
        integrations: [{ clientToken: user, clientSecret: password }],
        openPrivateApi: options.openPrivateApi,
      },
      publicApi: { host: options.host, port: ports.powerAuthPublic },
      callbacks: callbackSettings,
    },
    await environmentOf('powerauth'),
  )
  const urls = { private: addresses.powerAuthPrivate, public: addresses.powerAuthPublic }
  return { ready: { powerauth: { ...urls, basic: credentials.powerauth } }, close: () => service.close() }
}

export const startSigner: Start = async (installation, { host }, environment) => {
  const { ports, addresses, peers, credentials, caFiles, environmentOf } = installation
  const service = await createSigner(
    {
      listen: { host, port: ports.signer },
      publicUrl: addresses.signer,
      ...accessOf('SIGNER', credentials.signer, environment),
      powerAuth: { baseUrl: peers.powerAuthPrivate, credentials: powerAuthCredentials(installation, environment) },
      ca: { restUrl: peers.caRest, ...(await readCaAccess(caFiles, environment)) },
      tsa: { url: peers.tsa },
      ...signerCallbacks(installation, environment),
    },
    await environmentOf('signer'),
  )
  return {
    ready: { signer: { url: addresses.signer, ...basicOf(credentials.signer, environment) } },
    close: () => service.close(),
  }
}

export const startOrchestrator: Start = async (installation, { host }, environment) => {
  const { ports, addresses, peers, credentials, environmentOf } = installation
  // At its first start it makes the bank's application in PowerAuth.
  await untilAnswering('PowerAuth', `${peers.powerAuthPrivate}/health`)
  const service = await createOrchestrator(
    {
      listen: { host, port: ports.orchestrator },
      ...accessOf('ORCHESTRATOR', credentials.orchestrator, environment),
      powerAuth: {
        baseUrl: peers.powerAuthPrivate,
        credentials: powerAuthCredentials(installation, environment),
        publicUrl: addresses.powerAuthPublic,
      },
      signer: {
        baseUrl: peers.signer,
        credentials:
          clientCredentialsFrom(environment) ??
          credentialsFrom(environment, 'CLOUDSIGNER_SIGNER') ??
          credentials.signer,
      },
      ...orchestratorCallbacks(installation, environment),
    },
    await environmentOf('orchestrator'),
  )
  return {
    ready: { orchestrator: { url: addresses.orchestrator, ...basicOf(credentials.orchestrator, environment) } },
    close: () => service.close(),
  }
}

/** Its files are built, once, when a browser first asks for them. */
export const startApp: Start = async ({ ports, addresses, peers }, { host }) => {
  const powerAuth = new URL(peers.powerAuthPublic)
  // The app calls PowerAuth below the path that the bank tells it.
  const { pathname } = new URL(addresses.powerAuthPublic)
  const files = onceSucceeded(async () => listStaticFiles(await builtApp()))
  const upstreams = { '/app/': new URL(peers.orchestrator), [`${pathname}/`]: powerAuth }
  const front = await startFront({ host, port: ports.app, files, upstreams })
  return { ready: { app: { url: addresses.app } }, close: () => front.close() }
}

/** What failed is tried again the next time. */
function onceSucceeded<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error) => {
      made = undefined
      throw error
    })
    return made
  }
}

/** Credentials that are not taken are not told. */
const basicOf = (basic: BasicCredentials, environment: Environment) => (isProduction(environment) ? {} : { basic })

function powerAuthCredentials({ credentials }: Installation, environment: Environment): BasicCredentials {
  return credentialsFrom(environment, 'CLOUDSIGNER_POWERAUTH') ?? credentials.powerauth
}

function credentialsFrom(environment: Environment, prefix: string): BasicCredentials | undefined {
  const user = environment[`${prefix}_USER`]
  const password = environment[`${prefix}_PASSWORD`]
  return user && password ? { user, password } : undefined
}
