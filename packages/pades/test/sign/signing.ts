/** What the signing tests share: a file signed in memory, and an independent check of the result. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  embedSignature,
  type PrepareOptions,
  prepareSignature,
  rebuildSignedAttributes,
  type SignaturePlan,
} from '@cloudsigner/pades'
import {
  bytesSource,
  type Decryption,
  isArray,
  openDocument,
  type PdfDictionary,
  type PdfDocument,
  PdfReference,
  PdfString,
  readFormFields,
} from '@cloudsigner/pdf'
import { bytesEqual, cmsOids, type KeySigner, parseCertificate, parseSignedData } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { makeTestPki } from '../test-pki.ts'

export const pki = await makeTestPki()

export const baseOptions: PrepareOptions = {
  certificate: pki.certificate,
  chain: [pki.issuing],
  signingTime: new Date('2026-11-25T10:11:12.345Z'),
  crypto: nodeCrypto,
}

export interface SignedFile {
  readonly file: Uint8Array
  readonly segment: Uint8Array
  readonly plan: SignaturePlan
}

/** Both phases, the plan having been through JSON between them. */
export async function signFile(source: Uint8Array, options: Partial<PrepareOptions> = {}): Promise<SignedFile> {
  const { plan, signedAttributes } = await prepareSignature(bytesSource(source), { ...baseOptions, ...options })
  const signature = await pki.signer.sign(signedAttributes)
  const segment = await embedSignature(JSON.parse(JSON.stringify(plan)), signature, { crypto: nodeCrypto })
  return { file: concatenated(source, segment), segment, plan }
}

/** By another signer. */
export async function signFileBy(
  { der, key }: { readonly der: Uint8Array; readonly key: KeySigner },
  source: Uint8Array,
  options: Partial<PrepareOptions> = {},
): Promise<SignedFile> {
  const prepared = await prepareSignature(bytesSource(source), { ...baseOptions, certificate: der, ...options })
  const segment = await embedSignature(prepared.plan, await key.sign(prepared.signedAttributes), { crypto: nodeCrypto })
  return { file: concatenated(source, segment), segment, plan: prepared.plan }
}

export function concatenated(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

export interface ReadSignature {
  readonly document: PdfDocument
  readonly dictionary: PdfDictionary
  /** The field, by its fully qualified name. */
  readonly field: PdfDictionary
  readonly byteRange: readonly number[]
  readonly contents: Uint8Array
}

/** Opens a signed file as it stands and finds the signature in the field of this name. */
export async function readSignature(
  file: Uint8Array,
  fieldName: string,
  decryption?: Decryption,
): Promise<ReadSignature> {
  const document = await openDocument(bytesSource(file), { repair: 'never', ...(decryption && { decryption }) })
  const field = (await readFormFields(document)).find(({ name, value }) => name === fieldName && value !== undefined)
  assert.ok(field, `no field ${fieldName}`)
  assert.ok(field.value instanceof PdfReference)
  const dictionary = await document.resolveDictionary(field.value)
  assert.ok(dictionary)
  const byteRange = dictionary.get('ByteRange')
  const contents = dictionary.get('Contents')
  assert.ok(isArray(byteRange) && contents instanceof PdfString)
  return { document, dictionary, field: field.dictionary, byteRange: byteRange.map(Number), contents: contents.bytes }
}

/** The signature covers all of the file but its own value, and its CMS is PAdES B-B over just that. */
export async function assertSigned(
  source: Uint8Array,
  { file, plan }: SignedFile,
  decryption?: Decryption,
): Promise<ReadSignature> {
  assert.ok(bytesEqual(file.subarray(0, source.length), source), 'the original is not a prefix')
  const read = await readSignature(file, plan.fieldName, decryption)
  const [start = -1, before = -1, behind = -1, rest = -1] = read.byteRange
  assert.deepEqual([start, behind + rest], [0, file.length])
  assert.equal(file[before], 0x3c)
  assert.equal(file[behind - 1], 0x3e)
  const hash = createHash('sha256').update(file.subarray(0, before)).update(file.subarray(behind)).digest()
  const signedData = parseSignedData(read.contents)
  const [signerInfo] = signedData.signerInfos
  assert.ok(signerInfo && signedData.signerInfos.length === 1)
  assert.deepEqual([signedData.version, signerInfo.version, signedData.content], [1, 1, null])
  assert.deepEqual(signedData.certificates, [pki.certificate, pki.issuing])
  assert.deepEqual(signerInfo.unsignedAttributes, [])
  assert.deepEqual(
    signerInfo.attributes.map(({ type }) => type).toSorted(),
    [cmsOids.contentType, cmsOids.messageDigest, cmsOids.signingCertificateV2].toSorted(),
  )
  const messageDigest = signerInfo.attributes.find(({ type }) => type === cmsOids.messageDigest)?.values[0]
  assert.deepEqual(messageDigest && Buffer.from(messageDigest.subarray(2)), hash)
  const { signatureAlgorithm, signature, signedAttributes } = signerInfo
  assert.ok(signedAttributes)
  const { subjectPublicKeyInfo } = parseCertificate(pki.certificate)
  assert.ok(await nodeCrypto.verify(signatureAlgorithm, subjectPublicKeyInfo, signature, signedAttributes))
  const prepared = concatenated(source, Buffer.from(plan.segment, 'base64'))
  const rebuilt = await rebuildSignedAttributes(bytesSource(prepared), {
    certificate: pki.certificate,
    crypto: nodeCrypto,
    ...(decryption && { reading: { decryption } }),
  })
  assert.deepEqual(rebuilt.signedAttributes, signedAttributes, 'the signer itself comes to other attributes')
  return read
}
