import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { type CaConfig, type CaService, createCa } from '@cloudsigner/ca'
import { createEjbcaClient, type EjbcaClient } from '@cloudsigner/clients/ejbca'
import { fetchThrough, mutualTlsDispatcher } from '@cloudsigner/clients/node'
import {
  assembleCertificationRequest,
  buildCertificationRequestInfo,
  derToPem,
  type KeySigner,
  nameFromString,
  pemToDer,
} from '@cloudsigner/pki'
import { generateKeySigner } from '@cloudsigner/pki/node'
import type { ServiceEnvironment } from '@cloudsigner/service'

export interface RunningCa {
  readonly ca: CaService
  readonly client: EjbcaClient
  /** The REST API with the administrator's certificate: path after `/ejbca/ejbca-rest-api`. */
  rest(path: string, init?: RequestInit): Promise<Response>
  /** The same with another client certificate, or none. */
  restAs(credentials: { cert: string; key: string } | null, path: string, init?: RequestInit): Promise<Response>
  /** The public listener. */
  open(path: string, init?: RequestInit): Promise<Response>
  readonly publicUrl: string
  close(): Promise<void>
}

/** undici's fetch says `Sec-Fetch-Mode` as a browser does, so it must say this as well. A header given as '' is left out. */
function asApiClient(init: RequestInit = {}): RequestInit {
  const headers = new Headers({ 'x-keyfactor-requested-with': 'test', ...(init.headers as Record<string, string>) })
  if (headers.get('x-keyfactor-requested-with') === '') headers.delete('x-keyfactor-requested-with')
  return { ...init, headers }
}

/** Any free port; certificates carry the address before it is bound. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A CA over real HTTPS and HTTP, on free ports. */
export async function startCa(environment: ServiceEnvironment, config: Partial<CaConfig> = {}): Promise<RunningCa> {
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  const ca = await createCa(
    { rest: { host: '127.0.0.1', port: 0 }, public: { host: '127.0.0.1', port }, publicUrl, ...config },
    environment,
  )
  const { restUrl, tlsCa, clientCertificate, clientKey } = ca.connection
  const dispatcher = mutualTlsDispatcher({ ca: tlsCa, cert: clientCertificate, key: clientKey })
  const fetch = fetchThrough(dispatcher)
  return {
    ca,
    client: createEjbcaClient({ baseUrl: restUrl, fetch }),
    rest: (path, init) => fetch(restUrl + path, asApiClient(init)),
    async restAs(credentials, path, init) {
      const other = mutualTlsDispatcher({ ca: tlsCa, cert: credentials?.cert ?? '', key: credentials?.key ?? '' })
      try {
        const response = await fetchThrough(other)(restUrl + path, asApiClient(init))
        return new Response(await response.text(), { status: response.status })
      } finally {
        await other.close()
      }
    },
    open: (path, init) => globalThis.fetch(publicUrl + path, init),
    publicUrl,
    async close() {
      await dispatcher.close()
      await ca.close()
    },
  }
}

export const aliceDn = 'CN=Alice Novak,givenName=Alice,SN=Novak,C=CZ'

export async function csrOf(signer: KeySigner, subject: string = aliceDn): Promise<Uint8Array> {
  const { subjectPublicKeyInfo } = signer
  const info = buildCertificationRequestInfo({ subject: nameFromString(subject), subjectPublicKeyInfo })
  return assembleCertificationRequest(info, await signer.sign(info), signer.signatureAlgorithm)
}

/** A CSR of a new P-256 key, PEM. */
export async function newCsr(subject?: string): Promise<string> {
  const { signer } = await generateKeySigner('P-256')
  return derToPem(await csrOf(signer, subject), 'CERTIFICATE REQUEST')
}

export const names = {
  certificate_authority_name: 'CloudSigner Issuing CA',
  certificate_profile_name: 'CLOUDSIGNER_SIGNER',
  end_entity_profile_name: 'CLOUDSIGNER_SIGNER',
} as const

export const endUserNames = { ...names, certificate_profile_name: 'ENDUSER', end_entity_profile_name: 'EMPTY' } as const

export const json = (body: unknown, method = 'POST'): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

export const derOf = (pem: string): Uint8Array => pemToDer(pem, 'CERTIFICATE')

export async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer())
}
