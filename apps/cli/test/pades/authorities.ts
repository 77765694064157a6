/** A root, a signer and a time-stamping authority; CRLs and time-stamps are served on loopback. Keys and certificates lie in PEM files. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  keyIdentifierOf,
  keyUsage,
  nameFromString,
  parseTimeStampRequest,
  subjectKeyIdentifier,
} from '@cloudsigner/pki'
import { keySigner, nodeCrypto } from '@cloudsigner/pki/node'

export const now = new Date('2026-07-01T12:00:00Z')
const ec = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const keys = {
  root: ec(),
  signer: ec(),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  tsa: ec(),
}
const rootSigner = keySigner(keys.root)
const rootName = nameFromString('CN=Root')
const rootKeyIdentifier = keyIdentifierOf(rootSigner.subjectPublicKeyInfo, nodeCrypto)

async function body(request: IncomingMessage): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat(await Array.fromAsync(request)))
}

export interface Authorities {
  readonly folder: string
  path(name: string): string
  readonly tsa: string
  readonly signerKey: KeyObject
  close(): Promise<void>
}

/** Files: root.pem, key.pem, sealed.pem (password `k`), chain.pem, rsa.pem, rsa-chain.pem. */
export async function openAuthorities(): Promise<Authorities> {
  const server = createServer(async (request, response) => {
    if (request.url === '/root.crl') response.end(await crl())
    else if (request.url === '/tsa') response.end(await stamp(await body(request)))
    else response.writeHead(503).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issue = (serial: number, name: string, key: KeyObject, extensions: readonly Extension[]) =>
    issueCertificate(
      {
        serialNumber: Uint8Array.of(serial),
        issuer: rootName,
        subject: nameFromString(name),
        notBefore: new Date('2026-01-01T00:00:00Z'),
        notAfter: new Date('2030-01-01T00:00:00Z'),
        subjectPublicKeyInfo: keySigner(key).subjectPublicKeyInfo,
        extensions: [
          ...extensions,
          authorityKeyIdentifier(rootKeyIdentifier),
          subjectKeyIdentifier(keyIdentifierOf(keySigner(key).subjectPublicKeyInfo, nodeCrypto)),
        ],
      },
      rootSigner,
    )
  const published = crlDistributionPoint(`${base}/root.crl`)
  const root = await issue(1, 'CN=Root', keys.root, [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')])
  const signer = await issue(2, 'CN=Signer', keys.signer, [keyUsage('nonRepudiation'), published])
  const byRsa = await issue(3, 'CN=Signer', keys.rsa, [keyUsage('nonRepudiation'), published])
  const timeStamping = extKeyUsage(['1.3.6.1.5.5.7.3.8'], true)
  const tsa = await issue(4, 'CN=Time', keys.tsa, [keyUsage('digitalSignature'), timeStamping, published])
  const crl = () =>
    buildCrl(
      {
        issuer: rootName,
        authorityKeyIdentifier: rootKeyIdentifier,
        crlNumber: 1n,
        thisUpdate: new Date('2026-06-30T00:00:00Z'),
        nextUpdate: new Date('2026-07-07T00:00:00Z'),
        entries: [],
      },
      rootSigner,
    )
  async function stamp(bytes: Uint8Array): Promise<Uint8Array> {
    const { messageImprint, nonce } = parseTimeStampRequest(bytes)
    const info = {
      policy: '1.2.3',
      messageImprint,
      serialNumber: '0A',
      genTime: now,
      accuracySeconds: null,
      ordering: false,
      nonce,
    }
    const sentAlong = { tsaCertificate: tsa, certificates: [tsa], crypto: nodeCrypto }
    return buildTimeStampResponse(await issueTimeStampToken(info, sentAlong, keySigner(keys.tsa)))
  }
  const folder = await mkdtemp(join(tmpdir(), 'cloudsigner-pades-'))
  const path = (name: string) => join(folder, name)
  const pem = (...ders: readonly Uint8Array[]) => ders.map((der) => derToPem(der, 'CERTIFICATE')).join('')
  const keyPem = (key: KeyObject, sealed = {}) => key.export({ format: 'pem', type: 'pkcs8', ...sealed })
  const files = {
    'root.pem': pem(root),
    'chain.pem': pem(signer, root),
    'rsa-chain.pem': pem(byRsa, root),
    'key.pem': keyPem(keys.signer),
    'rsa.pem': keyPem(keys.rsa),
    'sealed.pem': keyPem(keys.signer, { cipher: 'aes-256-cbc', passphrase: 'k' }),
  }
  for (const [name, content] of Object.entries(files)) await writeFile(path(name), content)
  return {
    folder,
    path,
    tsa: `${base}/tsa`,
    signerKey: createPrivateKey(keyPem(keys.signer)),
    async close() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}
