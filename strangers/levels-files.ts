/** Every algorithm, level and kind of cross-references: files signed by the library, each made once. */
import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  augmentSignatures,
  embedAtLevel,
  type PadesLevel,
  type PrepareOptions,
  prepareSignature,
  probeTimeStampBytes,
} from '@cloudsigner/pades'
import { nodeCiphers, zlibInflate } from '@cloudsigner/pades/node'
import { bytesSource } from '@cloudsigner/pdf'
import type { KeySigner } from '@cloudsigner/pki'
import { keySigner, nodeCrypto } from '@cloudsigner/pki/node'
import { latin1, makePdf, plainObjects, text } from '@cloudsigner/testing'
import { authorities } from './levels-authorities.ts'
import { once } from './lifetime.ts'
import { runWell } from './process.ts'
import { scratch } from './stack.ts'

const ec = (namedCurve: string) => once(async () => keySigner(generateKeyPairSync('ec', { namedCurve }).privateKey))
const rsa = (scheme: 'PKCS1' | 'PSS') =>
  once(async () => keySigner(generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey, { scheme }))
const mlDsa = (kind: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87') =>
  once(async () => keySigner(generateKeyPairSync(kind).privateKey))

export const algorithms = {
  'ECDSA P-256': ec('P-256'),
  'ECDSA P-384': ec('P-384'),
  'ECDSA P-521': ec('P-521'),
  'ECDSA brainpoolP256r1': ec('brainpoolP256r1'),
  'ECDSA brainpoolP384r1': ec('brainpoolP384r1'),
  'ECDSA brainpoolP512r1': ec('brainpoolP512r1'),
  'RSA PKCS #1': rsa('PKCS1'),
  'RSASSA-PSS': rsa('PSS'),
  Ed25519: once(async () => keySigner(generateKeyPairSync('ed25519').privateKey)),
  'ML-DSA-44': mlDsa('ml-dsa-44'),
  'ML-DSA-65': mlDsa('ml-dsa-65'),
  'ML-DSA-87': mlDsa('ml-dsa-87'),
} as const satisfies Record<string, () => Promise<KeySigner>>
export type Algorithm = keyof typeof algorithms

export const levels: readonly PadesLevel[] = ['B-B', 'B-T', 'B-LT', 'B-LTA']

/** A table whose XRefStm leads to a stream for what old readers do not see (ISO 32000-2, 7.5.8.4). */
function hybrid(): Uint8Array {
  const objects = [
    ...plainObjects,
    '<</Type /ObjStm /N 1 /First 4 /Length 20>>\nstream\n6 0 <</Hidden true>>\nendstream',
  ]
  const plain = text(makePdf(objects))
  const table = plain.indexOf('xref\n')
  const at = plain.indexOf('4 0 obj')
  const entries = [
    [1, at, 0],
    [1, table, 0],
    [2, 4, 0],
  ]
  const data = entries.map(([type = 0, second = 0, third = 0]) =>
    String.fromCharCode(type, second >> 8, second & 255, third),
  )
  const stream = `5 0 obj\n<</Type /XRef /Size 7 /Root 1 0 R /W [1 2 1] /Index [4 3] /Length 12>>\nstream\n${data.join('')}\nendstream\nendobj\n`
  const free = '0000000000 65535 f \n'
  const rest = plain
    .slice(table)
    .replace(/xref\n0 5\n([\s\S]*?)trailer\n<<\/Size 5/, (_, rows: string) => {
      return `xref\n0 7\n${rows.slice(0, 80)}${free.repeat(3)}trailer\n<</Size 7 /XRefStm ${table}`
    })
    .replace(/startxref\n\d+/, `startxref\n${table + stream.length}`)
  return latin1(plain.slice(0, table) + stream + rest)
}

/** By qpdf, AES-256; the user's password is empty. */
async function encrypted(): Promise<Uint8Array> {
  const [plain, file] = [join(await scratch(), 'plain.pdf'), join(await scratch(), 'encrypted.pdf')]
  await writeFile(plain, makePdf())
  await runWell('qpdf', ['--encrypt', '', 'owner', '256', '--', plain, file])
  return new Uint8Array(await readFile(file))
}

export const sources = {
  table: once(async () => makePdf()),
  stream: once(async () => makePdf(plainObjects, { kind: 'stream' })),
  hybrid: once(async () => hybrid()),
  encrypted: once(encrypted),
} as const
export type SourceKind = keyof typeof sources

const made = new Map<string, Promise<string>>()

/** Path of the file. */
export function signedFile(algorithm: Algorithm, level: PadesLevel, kind: SourceKind): Promise<string> {
  const name = `${algorithm}, ${level}, ${kind}`.replace(/[^\w-]+/g, '_')
  const file = made.get(name) ?? make(name, algorithm, level, kind)
  made.set(name, file)
  return file
}

const signers = new Map<Algorithm, Promise<{ readonly key: KeySigner; readonly certificate: Uint8Array }>>()

async function signerOf(algorithm: Algorithm) {
  const known =
    signers.get(algorithm) ??
    algorithms[algorithm]().then(async (key) =>
      (await authorities()).signer(`CN=Signer by ${algorithm.replace('#', 'no. ')},C=CZ`, key),
    )
  signers.set(algorithm, known)
  return known
}

async function make(name: string, algorithm: Algorithm, level: PadesLevel, kind: SourceKind): Promise<string> {
  return signFile(name, await sources[kind](), { algorithm, level })
}

export interface SignRequest {
  readonly algorithm: Algorithm
  readonly level: PadesLevel
  /** Of an encrypted file; default the empty one. */
  readonly password?: string
  readonly more?: Pick<PrepareOptions, 'appearance' | 'certify' | 'commitmentType' | 'signaturePolicy'>
}

/** Signs these bytes; path of the file of this name. */
export async function signFile(name: string, bytes: Uint8Array, request: SignRequest): Promise<string> {
  const { algorithm, level, password = '', more = {} } = request
  const { issuing, timeStamp } = await authorities()
  const { key, certificate } = await signerOf(algorithm)
  const source = bytesSource(bytes)
  const probe = { transport: timeStamp, crypto: nodeCrypto, hashAlgorithm: 'SHA-512' } as const
  const { plan, signedAttributes } = await prepareSignature(source, {
    certificate,
    chain: [issuing],
    signingTime: new Date(),
    signatureAlgorithm: key.signatureAlgorithm,
    crypto: nodeCrypto,
    timestampTokenBytes: level === 'B-B' ? 0 : await probeTimeStampBytes(probe),
    ...reading(password),
    ...more,
  })
  const signature = await key.sign(signedAttributes)
  const options = level === 'B-B' ? { level, crypto: nodeCrypto } : { ...(await raising(password)), level }
  return write(name, [bytes, ...(await embedAtLevel(source, plan, signature, options))])
}

/** Raises what is signed already. */
export async function raiseFile(name: string, bytes: Uint8Array, level: 'B-T' | 'B-LT' | 'B-LTA'): Promise<string> {
  return write(name, [bytes, ...(await augmentSignatures(bytesSource(bytes), { ...(await raising('')), level }))])
}

const reading = (password: string) => ({ inflate: zlibInflate, decryption: { ciphers: nodeCiphers, password } })

async function raising(password: string) {
  const { root, timeStamp, fetchRevocation } = await authorities()
  return { crypto: nodeCrypto, at: new Date(), timeStamp, trustAnchors: [root], fetchRevocation, ...reading(password) }
}

async function write(name: string, parts: readonly Uint8Array[]): Promise<string> {
  const path = join(await scratch(), `${name}.pdf`)
  await writeFile(path, Buffer.concat(parts))
  return path
}
