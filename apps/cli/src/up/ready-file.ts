import type { BasicCredentials } from '@cloudsigner/service'

/** Names by which the CA is asked for a signer's certificate. */
export interface CaNames {
  readonly caName: string
  readonly certificateProfile: string
  readonly endEntityProfile: string
}

/** What clients of the CA need: URLs, and paths of PEM files. */
export interface CaReady extends CaNames {
  readonly rest: string
  readonly crl: string
  readonly ocsp: string
  readonly clientCert: string
  readonly clientKey: string
  readonly tlsCa: string
  readonly trustRoot: string
}

/**
 * What a client of a running stack needs. Each URL is what the client prefixes, context path included; paths are
 * absolute. A process that runs one service writes that service's members alone.
 */
export interface ReadyFile {
  readonly version: 1
  readonly powerauth?: { readonly private: string; readonly public: string; readonly basic: BasicCredentials }
  readonly ca?: CaReady
  readonly tsa?: string
  /** `basic` in development alone. */
  readonly signer?: { readonly url: string; readonly basic?: BasicCredentials }
  readonly orchestrator?: { readonly url: string; readonly basic?: BasicCredentials }
  readonly app?: { readonly url: string }
}

/** Every member: what the whole stack gives in development. */
export type WholeReadyFile = { readonly [Member in keyof ReadyFile]-?: Required<NonNullable<ReadyFile[Member]>> }

/** The table that `up` prints. */
export function readyTable(ready: ReadyFile): string {
  const { powerauth, ca, tsa, signer, orchestrator, app } = ready
  const basic = ({ user, password }: BasicCredentials) => `${user} / ${password}`
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['PowerAuth private API', powerauth?.private],
    ['  user / password', powerauth && basic(powerauth.basic)],
    ['PowerAuth public API', powerauth?.public],
    ['CA REST API (EJBCA)', ca?.rest],
    ['  client certificate', ca?.clientCert],
    ['  client key', ca?.clientKey],
    ['  server trusted by', ca?.tlsCa],
    ['CRL', ca?.crl],
    ['OCSP', ca?.ocsp],
    ['Time-stamps', tsa],
    ['Root of trust', ca?.trustRoot],
    ['CloudSigner Server', signer?.url],
    ['  user / password', signer?.basic && basic(signer.basic)],
    ['Orchestrator (bank)', orchestrator?.url],
    ['  user / password', orchestrator?.basic && basic(orchestrator.basic)],
    ["The phone's app", app?.url],
  ]
  return rows.map(([label, value]) => (value === undefined ? '' : `  ${label.padEnd(24)}${value}\n`)).join('')
}
