/** PDFs for the validation tests: signed, time-stamped, extended and appended to. */
import assert from 'node:assert/strict'
import {
  embedSignature,
  type PrepareOptions,
  prepareSignature,
  type SignatureReport,
  type SignatureValidationOptions,
  validateSignatures,
} from '@cloudsigner/pades'
import {
  bytesSource,
  dictionary,
  encodeTextString,
  name,
  openDocument,
  PdfDictionary,
  type PdfDocument,
  PdfHole,
  type PdfObject,
  PdfReference,
  PdfStream,
  RevisionBuilder,
} from '@cloudsigner/pdf'
import { buildSignedAttributes, buildSignedData, issueTimeStampToken, type KeySigner, toHex } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { makePdf } from '@cloudsigner/testing'
import { type Entity, issuing, root, signer, tsa } from './authority.ts'

export const now = new Date('2026-07-01T12:00:00Z')

export const plain = makePdf([
  '<</Type /Catalog /Pages 2 0 R>>',
  '<</Type /Pages /Kids [3 0 R] /Count 1>>',
  '<</Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources 5 0 R>>',
  '<</Length 12>>\nstream\n0 0 20 20 re\nendstream',
  '<</XObject <</Later 99 0 R>>>>',
])

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

export interface SignOptions extends Partial<PrepareOptions> {
  readonly by?: Entity
  readonly authorities?: readonly Entity[]
}

/** As the product signs. */
export async function sign(
  file: Uint8Array,
  { by = signer, authorities = [issuing], ...options }: SignOptions = {},
): Promise<Uint8Array> {
  const { plan, signedAttributes } = await prepareSignature(bytesSource(file), {
    certificate: by.der,
    chain: authorities.map(({ der }) => der),
    signingTime: now,
    crypto: nodeCrypto,
    ...options,
  })
  const segment = await embedSignature(plan, await by.key.sign(signedAttributes), { crypto: nodeCrypto })
  return concat(file, segment)
}

type Edit = (builder: RevisionBuilder, document: PdfDocument) => Promise<void>

/** Appends a revision. */
export async function append(file: Uint8Array, edit: Edit): Promise<Uint8Array> {
  return concat(file, (await build(file, edit)).bytes)
}

async function build(file: Uint8Array, edit: Edit) {
  const document = await openDocument(bytesSource(file))
  const builder = new RevisionBuilder(document)
  await edit(builder, document)
  return builder.finish({ identify: () => new Uint8Array(16) })
}

/** What a signature is made of, given the digest of its byte range and the value of Contents. */
export type MakeContents = (digest: Uint8Array, signedBytes: Uint8Array) => Promise<Uint8Array>

export interface FieldOptions {
  readonly subFilter: string
  readonly type?: string
  readonly fieldName?: string
  readonly contentsBytes?: number
  /** From where Contents lies and how long the file is: what ByteRange says. */
  readonly byteRange?: (contents: readonly [number, number], size: number) => readonly number[]
  readonly extra?: ReadonlyMap<string, PdfObject>
}

/** A signature field in a new revision, whatever is in it. */
export async function signField(file: Uint8Array, make: MakeContents, options: FieldOptions): Promise<Uint8Array> {
  const { contentsBytes = 6000, fieldName = 'Made', type = 'Sig', subFilter } = options
  const { bytes, holes } = await build(file, async (builder, document) => {
    const signature = builder.add(
      new PdfDictionary(
        new Map<string, PdfObject>([
          ['Type', name(type)],
          ['Filter', name('Adobe.PPKLite')],
          ['SubFilter', name(subFilter)],
          ['ByteRange', new PdfHole('ByteRange', ' '.repeat(60))],
          ['Contents', new PdfHole('Contents', `<${'00'.repeat(contentsBytes)}>`)],
          ...(options.extra ?? []),
        ]),
      ),
    )
    await addField(builder, document, fieldName, signature)
  })
  const [contents, place] = [holes.get('Contents'), holes.get('ByteRange')]
  assert.ok(contents && place)
  const whole = concat(file, bytes)
  const at = [file.length + contents.offset, file.length + contents.offset + contents.length] as const
  const byteRange = options.byteRange?.(at, whole.length) ?? [0, at[0], at[1], whole.length - at[1]]
  whole.set(Buffer.from(`[${byteRange.join(' ')}]`.padEnd(60)), file.length + place.offset)
  const [start = 0, length = 0, second = 0, secondLength = 0] = byteRange
  const signedBytes = concat(whole.subarray(start, start + length), whole.subarray(second, second + secondLength))
  const cms = await make(nodeCrypto.digest('SHA-256', signedBytes), signedBytes)
  whole.set(Buffer.from(toHex(cms)), at[0] + 1)
  return whole
}

async function addField(builder: RevisionBuilder, document: PdfDocument, field: string, value: PdfReference) {
  const { Root } = Object.fromEntries(document.trailer.entries())
  assert.ok(Root instanceof PdfReference)
  const catalog = await document.catalog()
  const form = (await document.resolveDictionary(catalog.get('AcroForm'))) ?? new PdfDictionary()
  const fields = (await document.resolveArray(form.get('Fields'))) ?? []
  const own = builder.add(dictionary({ FT: name('Sig'), T: encodeTextString(field), V: value }))
  const extended = form.with('Fields', [...fields, own]).with('SigFlags', 3)
  const place = catalog.get('AcroForm')
  if (place instanceof PdfReference) builder.put(place, extended)
  else builder.put(Root, catalog.with('AcroForm', extended))
}

export const cadesDetached = 'ETSI.CAdES.detached'

/** The CMS of a signature by `by`, with parts replaced. */
export function cms(by: Entity = signer, chain: readonly Entity[] = [issuing]): MakeContents {
  return async (messageDigest) => {
    const attributes = { messageDigest, signingCertificate: by.der, crypto: nodeCrypto }
    return signedData(by.key, buildSignedAttributes(attributes), [by, ...chain])
  }
}

export async function signedData(
  key: KeySigner,
  signedAttributes: Uint8Array,
  certificates: readonly Entity[],
  unsignedAttributes: readonly Uint8Array[] = [],
): Promise<Uint8Array> {
  return buildSignedData({
    signedAttributes,
    signature: await key.sign(signedAttributes),
    signatureAlgorithm: key.signatureAlgorithm,
    digestAlgorithm: 'SHA-256',
    certificates: certificates.map(({ der }) => der),
    unsignedAttributes,
  })
}

/** A token over a SHA-256 digest. */
export function timestampToken(hashedMessage: Uint8Array, genTime: Date, by: Entity = tsa): Promise<Uint8Array> {
  const info = {
    policy: '1.2.3.4',
    messageImprint: { hashAlgorithm: 'SHA-256', hashedMessage } as const,
    serialNumber: '01',
    genTime,
    accuracySeconds: 1,
    ordering: false,
    nonce: null,
  }
  return issueTimeStampToken(info, { tsaCertificate: by.der, certificates: [by.der], crypto: nodeCrypto }, by.key)
}

export function documentTimestamp(file: Uint8Array, genTime: Date, by: Entity = tsa): Promise<Uint8Array> {
  const options = { subFilter: 'ETSI.RFC3161', type: 'DocTimeStamp', fieldName: `Time ${genTime.toISOString()}` }
  return signField(file, (digest) => timestampToken(digest, genTime, by), options)
}

export interface StoreContent {
  readonly certificates?: readonly Uint8Array[]
  readonly crls?: readonly Uint8Array[]
}

/** Appends a document security store. */
export function addStore(file: Uint8Array, { certificates = [], crls = [] }: StoreContent): Promise<Uint8Array> {
  return append(file, async (builder, document) => {
    const streams = (contents: readonly Uint8Array[]) => contents.map((bytes) => builder.add(streamOf(bytes)))
    const dss = builder.add(dictionary({ Certs: streams(certificates), CRLs: streams(crls) }))
    const rootReference = document.trailer.get('Root')
    assert.ok(rootReference instanceof PdfReference)
    builder.put(rootReference, (await document.catalog()).with('DSS', dss))
  })
}

export function streamOf(bytes: Uint8Array): PdfStream {
  return new PdfStream(new PdfDictionary(), { kind: 'bytes', bytes })
}

export async function validate(
  file: Uint8Array,
  options: Partial<SignatureValidationOptions> = {},
): Promise<readonly SignatureReport[]> {
  const { signatures } = await validateSignatures(bytesSource(file), {
    trustAnchors: [root.der],
    at: now,
    revocation: 'off',
    crypto: nodeCrypto,
    ...options,
  })
  return signatures
}

/** The report of the first signature. */
export async function validateFirst(
  file: Uint8Array,
  options: Partial<SignatureValidationOptions> = {},
): Promise<SignatureReport> {
  const [first] = await validate(file, options)
  assert.ok(first)
  return first
}

export function verdict({ indication, subIndication }: SignatureReport): string {
  return subIndication === null ? indication : `${indication}/${subIndication}`
}

export function codes({ warnings }: SignatureReport): readonly string[] {
  return warnings.map(({ code }) => code)
}
