import { Server as TlsServer } from 'node:tls'
import { derToPem } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { type HttpServer, type Listener, listen, type ServiceEnvironment } from '@cloudsigner/service'
import { firstStart } from './actions/first-start.ts'
import { refreshCrls } from './actions/refresh-crl.ts'
import { renewServiceCertificates } from './actions/renew-service-certificates.ts'
import { assertConfig, type CaConfig, defaultNames, defaultPeriods, wellKnownNames } from './config.ts'
import { authority, type CaContext } from './context.ts'
import { alternativeNames } from './domain/host-names.ts'
import { publicPaths } from './domain/public-urls.ts'
import { caResource } from './http/ca-resource.ts'
import { certificateResource } from './http/certificate-resource.ts'
import { authenticateByCertificate } from './http/client-certificate.ts'
import { createPublicServer } from './http/public-server.ts'
import { createRestServer, restBasePath } from './http/rest-server.ts'
import { startJobs } from './jobs/jobs.ts'
import { type Credentials, findCredentials } from './store/credentials.ts'
import { caMigrations } from './store/migrations.ts'
import { type CaTables, caSchema } from './store/tables.ts'

export { type CaConfig, type CaNames, type CaPeriods, defaultNames, defaultPeriods, wellKnownNames } from './config.ts'

/** What clients of this CA need to be told; PEM and URLs. */
export interface CaConnection {
  /** What precedes `/v1`. */
  readonly restUrl: string
  /** Of the issuing CA's latest CRL. */
  readonly crlUrl: string
  readonly ocspUrl: string
  readonly tsaUrl: string
  /** The administrator's certificate and key for the REST API. */
  readonly clientCertificate: string
  readonly clientKey: string
  /** Whom the REST API's server certificate chains to. */
  readonly tlsCa: string
  /** Whom signers, OCSP responder and TSA chain to. */
  readonly trustRoot: string
  readonly issuingCertificate: string
  readonly caName: string
  readonly certificateProfile: string
  readonly endEntityProfile: string
}

export interface CaService {
  readonly listeners: { readonly rest: Listener; readonly public: Listener }
  readonly connection: CaConnection
  /** Stops the jobs and lets requests under way end. */
  close(): Promise<void>
}

const version = '0.1.0'

/** The CA: brings its schema up to date, makes or loads its keys, binds both listeners, and starts its jobs. */
export async function createCa(config: CaConfig, environment: ServiceEnvironment): Promise<CaService> {
  assertConfig(config)
  await environment.database.migrate(caSchema, caMigrations)
  const hosts = alternativeNames(['127.0.0.1', '::1', 'localhost', config.rest.host, ...(config.rest.hostNames ?? [])])
  const context = await openContext(config, environment, hosts)
  await renewServiceCertificates(context, hosts)
  await refreshCrls(context)

  const restServer = await createRestServer({ logger: environment.logger, version, tls: tlsOptions(context) })
  authenticateByCertificate(restServer, context)
  caResource(restServer, context)
  certificateResource(restServer, context)
  const publicServer = await createPublicServer({ logger: environment.logger, version }, context)

  const rest = await listen(restServer, config.rest)
  const open = await listen(publicServer, config.public)
  const jobs = environment.database.jobs(caSchema)
  await startJobs(context, hosts, jobs, () => useCertificate(restServer, context))
  return {
    listeners: { rest, public: open },
    connection: connectionOf(context, rest),
    async close() {
      await jobs.stop()
      await Promise.all([rest.close(), open.close()])
    },
  }
}

async function openContext(
  config: CaConfig,
  environment: ServiceEnvironment,
  hosts: ReturnType<typeof alternativeNames>,
): Promise<CaContext> {
  const { clock, random, secretBox, logger } = environment
  const db = environment.database.forSchema<CaTables>(caSchema)
  const names = { ...defaultNames, ...config.names }
  const periods = { ...defaultPeriods, ...config.periods }
  const { publicUrl } = config
  const issuance = { now: clock.now(), names, periods, publicUrl, hosts, random, crypto: nodeCrypto }
  if ((await findCredentials(db, secretBox)) === null) await firstStart(db, secretBox, issuance)
  const credentials: Credentials | null = await findCredentials(db, secretBox)
  if (!credentials) throw new Error('the keys of the CA are neither in the database nor could they be made')
  const policies = config.policies ?? []
  return { db, secretBox, clock, random, crypto: nodeCrypto, logger, names, periods, publicUrl, policies, credentials }
}

const pemOf = (certificate: { readonly der: Uint8Array }): string => derToPem(certificate.der, 'CERTIFICATE')

/** New connections get the renewed certificate; those that are open keep theirs. */
function useCertificate({ server }: HttpServer, context: CaContext): void {
  const { key, cert, clientCa } = tlsOptions(context)
  if (server instanceof TlsServer) server.setSecureContext({ key, cert, ca: clientCa })
}

function tlsOptions({ credentials: { tls, management } }: CaContext) {
  return {
    key: exportKey(tls),
    cert: pemOf(tls.certificate) + pemOf(management.certificate),
    clientCa: pemOf(management.certificate),
    // Asked for, not demanded: who has none is answered in EJBCA's words.
    requireClientCertificate: false,
  }
}

function exportKey({ privateKey }: Credentials[keyof Credentials]): string {
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
}

function connectionOf(context: CaContext, rest: Listener): CaConnection {
  const { management, administrator, root, issuing } = context.credentials
  const { urls } = authority(context, 'issuing')
  const host = rest.host.includes(':') ? `[${rest.host}]` : rest.host
  return {
    restUrl: `https://${host}:${rest.port}${restBasePath}`,
    crlUrl: urls.crl,
    ocspUrl: urls.ocsp,
    tsaUrl: `${context.publicUrl}${publicPaths.tsa}`,
    clientCertificate: pemOf(administrator.certificate),
    clientKey: exportKey(administrator),
    tlsCa: pemOf(management.certificate),
    trustRoot: pemOf(root.certificate),
    issuingCertificate: pemOf(issuing.certificate),
    ...wellKnownNames,
  }
}
