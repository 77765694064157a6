/** A PKI for files that are signed by the library alone: root, issuing CA, time-stamping authority; CRLs are served on loopback. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TimeStampTransport } from '@cloudsigner/pades'
import {
  authorityKeyIdentifier,
  basicConstraints,
  buildCrl,
  buildTimeStampResponse,
  crlDistributionPoint,
  derToPem,
  type Extension,
  extKeyUsage,
  issueCertificate,
  issueTimeStampToken,
  type KeySigner,
  keyIdentifierOf,
  keyUsage,
  nameFromString,
  parseTimeStampRequest,
  type RevocationFetcher,
  subjectKeyIdentifier,
} from '@cloudsigner/pki'
import { keySigner, nodeCrypto } from '@cloudsigner/pki/node'
import { atEnd, once } from './lifetime.ts'
import { scratch } from './stack.ts'

const hour = 3_600_000

export interface Entity {
  readonly name: string
  readonly key: KeySigner
  readonly certificate: Uint8Array
}

export interface Authorities {
  /** PEM file of the root. */
  readonly trust: string
  readonly root: Uint8Array
  readonly issuing: Uint8Array
  readonly timeStamp: TimeStampTransport
  readonly fetchRevocation: RevocationFetcher
  /** A signer of this key. */
  signer(name: string, key: KeySigner): Promise<Entity>
}

const ec = (): KeySigner => keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey as KeyObject)

export const authorities = once(async (): Promise<Authorities> => {
  const crls = new Map<string, Uint8Array>()
  const server = createServer((request, response) => {
    const crl = crls.get(request.url ?? '')
    if (crl) response.end(crl)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(async () => {
    server.closeAllConnections()
    server.close()
  })
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const now = Date.now()
  let serial = 0
  const issue = async (name: string, key: KeySigner, issuer: Entity | null, extensions: readonly Extension[]) => {
    serial++
    const issuerKey = issuer?.key ?? key
    const certificate = await issueCertificate(
      {
        serialNumber: Uint8Array.of(serial),
        issuer: nameFromString(issuer?.name ?? name),
        subject: nameFromString(name),
        notBefore: new Date(now - 24 * hour),
        notAfter: new Date(now + 1000 * 24 * hour),
        subjectPublicKeyInfo: key.subjectPublicKeyInfo,
        extensions: [
          ...extensions,
          subjectKeyIdentifier(keyIdentifierOf(key.subjectPublicKeyInfo, nodeCrypto)),
          authorityKeyIdentifier(keyIdentifierOf(issuerKey.subjectPublicKeyInfo, nodeCrypto)),
        ],
      },
      issuerKey,
    )
    return { name, key, certificate }
  }
  const publish = async (path: string, { name, key }: Entity) => {
    const crl = {
      issuer: nameFromString(name),
      authorityKeyIdentifier: keyIdentifierOf(key.subjectPublicKeyInfo, nodeCrypto),
      crlNumber: 1n,
      thisUpdate: new Date(now - hour),
      nextUpdate: new Date(now + 24 * hour),
      entries: [],
    }
    crls.set(path, await buildCrl(crl, key))
  }
  const authority = [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')]
  const ofRoot = crlDistributionPoint(`${base}/root.crl`)
  const root = await issue('CN=Levels Root,O=CloudSigner,C=CZ', ec(), null, authority)
  const issuing = await issue('CN=Levels Issuing CA,O=CloudSigner,C=CZ', ec(), root, [...authority, ofRoot])
  const timeStamping = [keyUsage('digitalSignature'), extKeyUsage(['1.3.6.1.5.5.7.3.8'], true), ofRoot]
  const tsa = await issue('CN=Levels Time,O=CloudSigner,C=CZ', ec(), root, timeStamping)
  await publish('/root.crl', root)
  await publish('/issuing.crl', issuing)
  const trust = join(await scratch(), 'levels-root.pem')
  await writeFile(trust, derToPem(root.certificate, 'CERTIFICATE'))
  return {
    trust,
    root: root.certificate,
    issuing: issuing.certificate,
    timeStamp: (request) => stamp(request, tsa),
    fetchRevocation: {
      async fetchCrl(url) {
        const crl = crls.get(new URL(url).pathname)
        if (!crl) throw new Error(`nothing at ${url}`)
        return crl
      },
      fetchOcsp: () => Promise.reject(new Error('there is no responder')),
    },
    signer: (name, key) =>
      issue(name, key, issuing, [keyUsage('nonRepudiation'), crlDistributionPoint(`${base}/issuing.crl`)]),
  }
})

async function stamp(request: Uint8Array, { key, certificate }: Entity): Promise<Uint8Array> {
  const { messageImprint, nonce } = parseTimeStampRequest(request)
  const info = {
    policy: '1.3.6.1.4.1.99999.1',
    messageImprint,
    serialNumber: Buffer.from(nodeCrypto.random(8)).toString('hex').toUpperCase(),
    genTime: new Date(),
    accuracySeconds: 1,
    ordering: false,
    nonce,
  }
  const sentAlong = { tsaCertificate: certificate, certificates: [certificate], crypto: nodeCrypto }
  return buildTimeStampResponse(await issueTimeStampToken(info, sentAlong, key))
}
