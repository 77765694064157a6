import {
  type Decryption,
  type Inflate,
  type OpenOptions,
  openDocument,
  type PdfDocument,
  PdfError,
  type PdfSource,
  type Revision,
  RevisionBuilder,
} from '@cloudsigner/pdf'
import { type CryptoProvider, hashLengths, type IncrementalHash } from '@cloudsigner/pki'
import type { SignatureAppearance } from '../appearance/appearance.ts'
import type { Deflate } from '../appearance/deflate.ts'
import { type SigningParameters, signingParameters } from './algorithm.ts'
import { toBase64 } from './base64.ts'
import { certifyDocument } from './certification.ts'
import { refuseBreaking } from './earlier-signatures.ts'
import { PadesError } from './errors.ts'
import { chooseField, placeField, type SignatureField } from './field.ts'
import { type FieldLockRequest, lockDictionary, transformParameters } from './field-lock.ts'
import { fillByteRange } from './holes.ts'
import { type MdpPermission, refuseUnsignable } from './permissions.ts'
import type { SignaturePlan } from './plan.ts'
import { type MetSeedValues, meetSeedValues } from './seed-values.ts'
import { signatureDictionary } from './signature-dictionary.ts'
import { type Commitment, commitmentAttributes, signedAttributesFor } from './signed-attributes.ts'
import { hashSource, identifiedBy } from './source-hash.ts'
import { contentsBytes } from './space.ts'
import { refuseAppendedData } from './tail.ts'

export interface PrepareOptions extends Commitment {
  /** DER of the signer's certificate. */
  readonly certificate: Uint8Array
  /**
   * DER AlgorithmIdentifier of what the signer makes. Default: ECDSA with the hash of the curve, RSA PKCS #1 v1.5 with SHA-256 (RSASSA-PSS for
   * keys that are for nothing else), Ed25519, ML-DSA.
   */
  readonly signatureAlgorithm?: Uint8Array
  /** DER: the issuing CA and what is above it; the root is left out. */
  readonly chain: readonly Uint8Array[]
  /** M of the signature dictionary; whole seconds are kept. */
  readonly signingTime: Date
  readonly crypto: Pick<CryptoProvider, 'createHash' | 'digest'>
  /**
   * State of a hash (of `digestAlgorithmFor(certificate)`) after the whole file: it is copied, and the file is not read
   * again. Without it the file is read once.
   */
  readonly digestOfSource?: IncrementalHash
  readonly name?: string
  readonly reason?: string
  readonly location?: string
  readonly contactInfo?: string
  /** An empty signature field to sign, or the name of a new one. Default: a new Signature1, Signature2 … */
  readonly fieldName?: string
  /** Of a new field: what its signature locks. */
  readonly fieldLock?: FieldLockRequest
  /** Makes it a certification signature (DocMDP), with this P: 1 no changes, 2 form filling and signing, 3 annotations too. Only the first may. */
  readonly certify?: MdpPermission
  /** Octets kept beside the signature for a time-stamp token that is to come. Default 0. */
  readonly timestampTokenBytes?: number
  /** What the signature shows on a page; default: nothing. In a field that `fieldName` names, it fills that field. */
  readonly appearance?: SignatureAppearance
  /** Default: the platform's; `@cloudsigner/pades/node` has Node's own, which is faster. */
  readonly inflate?: Inflate
  /** For an encrypted document, which is signed encrypted: without it such a document is refused. */
  readonly decryption?: Decryption
  /** Default: the platform's, whose bytes may differ from one platform to another. Only a visible signature needs it. */
  readonly deflate?: Deflate
}

export interface PreparedSignature {
  readonly plan: SignaturePlan
  /** DER SET OF: what the signer signs. */
  readonly signedAttributes: Uint8Array
  /** Over the byte range. */
  readonly messageDigest: Uint8Array
}

/**
 * Makes the revision that a signature will fill, and the bytes to be signed. The same source and options give the same
 * plan. PdfError for what is no acceptable PDF; PadesError for what the document, the field or the certificate forbids.
 */
export async function prepareSignature(source: PdfSource, options: PrepareOptions): Promise<PreparedSignature> {
  const parameters = signingParameters(options.certificate, options.signatureAlgorithm)
  const document = await open(source, options, 'auto')
  const hash = options.digestOfSource?.copy() ?? (await hashSource(source, parameters.digestAlgorithm, options.crypto))
  const { revision, field } = await mendingIfNeeded(document, options, (sound) =>
    writeSignatureRevision(sound, hash, parameters, options),
  )
  const { contents, byteRange } = fillByteRange(source.size, revision)
  if (!field.isFirst) await refuseBreaking(source, revision, reading(options))
  hash.update(revision.bytes.subarray(0, contents.offset))
  hash.update(revision.bytes.subarray(contents.offset + contents.length))
  const messageDigest = hash.digest()
  const signedAttributes = attributes(messageDigest, parameters, options)
  const others = commitmentAttributes(options)
  const plan: SignaturePlan = {
    version: 1,
    sourceSize: source.size,
    segment: toBase64(revision.bytes),
    contents,
    byteRange,
    digestAlgorithm: parameters.digestAlgorithm,
    signatureAlgorithm: toBase64(parameters.signatureAlgorithm),
    messageDigest: toBase64(messageDigest),
    signedAttributes: toBase64(signedAttributes),
    ...(others.length > 0 && { otherAttributes: others.map(toBase64) }),
    certificates: [options.certificate, ...options.chain].map(toBase64),
    fieldName: field.name,
    signingTime: options.signingTime.toISOString(),
  }
  return { plan, signedAttributes, messageDigest }
}

function open(source: PdfSource, options: PrepareOptions, repair: 'auto' | 'always'): Promise<PdfDocument> {
  return openDocument(source, { repair, ...reading(options) })
}

const reading = ({ inflate, decryption }: PrepareOptions): OpenOptions => ({
  ...(inflate && { inflate }),
  ...(decryption && { decryption }),
})

/** That an entry of the cross-references is wrong may show only when its object is read: then too the file is scanned, once. */
async function mendingIfNeeded<T>(
  document: PdfDocument,
  options: PrepareOptions,
  work: (document: PdfDocument) => Promise<T>,
): Promise<T> {
  try {
    return await work(document)
  } catch (error) {
    const wrongEntry = error instanceof PdfError && (error.code === 'xref_mismatch' || error.code === 'xref_invalid')
    if (!wrongEntry || document.repaired) throw error
    return work(await open(document.source, options, 'always'))
  }
}

async function writeSignatureRevision(
  document: PdfDocument,
  sourceHash: IncrementalHash,
  parameters: SigningParameters,
  options: PrepareOptions,
): Promise<{ readonly revision: Revision; readonly field: SignatureField }> {
  await refuseUnsignable(document)
  await refuseAppendedData(document)
  const field = await chooseField(document, options)
  const { reason, certify } = await agreedRequest(document, field, parameters, options)
  // EN 319 142-1 §6.3, table 1: Reason is not used where there is a commitment-type-indication.
  if (reason !== undefined && options.commitmentType)
    throw new PadesError('commitment_invalid', 'a commitment type stands in place of a reason')
  if (certify !== undefined && !field.isFirst) throw new PadesError('certification_not_first')
  const builder = new RevisionBuilder(document)
  const lock = field.kind === 'existing' ? field.lock : field.lock && transformParameters(lockDictionary(field.lock))
  const { name, location, contactInfo, signingTime } = options
  const texts = Object.entries({ name, reason, location, contactInfo }).filter(([, text]) => text !== undefined)
  const signature = builder.add(
    signatureDictionary({
      signingTime,
      ...Object.fromEntries(texts),
      contentsBytes: contentsBytes(parameters, {
        certificates: [options.certificate, ...options.chain],
        signedAttributesBytes: signedAttributesBytes(parameters, options),
        timestampTokenBytes: options.timestampTokenBytes ?? 0,
      }),
      lock: lock && { parameters: lock, catalog: document.trailer.get('Root') ?? null },
      ...(certify !== undefined && { certify }),
    }),
  )
  await placeField(document, builder, field, signature, options.appearance ?? null, options)
  if (certify !== undefined) await certifyDocument(document, builder, signature)
  const revision = await builder.finish(identifiedBy(sourceHash, options.crypto))
  return { revision, field }
}

/** What the caller wants, held to what the field demands. */
async function agreedRequest(
  document: PdfDocument,
  field: SignatureField,
  { certificate, digestAlgorithm }: SigningParameters,
  options: PrepareOptions,
): Promise<MetSeedValues> {
  if (field.kind === 'new' || !field.seedValues) return options
  return meetSeedValues(document, field.seedValues, {
    ...options,
    certificate,
    digestAlgorithm,
    certificates: [options.certificate, ...options.chain],
    timestamped: (options.timestampTokenBytes ?? 0) > 0,
  })
}

/** Of the same length whatever the digest is. */
function signedAttributesBytes(parameters: SigningParameters, options: PrepareOptions): number {
  return attributes(new Uint8Array(hashLengths[parameters.digestAlgorithm]), parameters, options).length
}

function attributes(messageDigest: Uint8Array, parameters: SigningParameters, options: PrepareOptions): Uint8Array {
  const { certificate, crypto } = options
  const others = commitmentAttributes(options)
  return signedAttributesFor(messageDigest, certificate, parameters.digestAlgorithm, crypto, others)
}
