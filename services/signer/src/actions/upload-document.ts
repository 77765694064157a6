import type { VisualSignature } from '@cloudsigner/contracts/signer'
import { bytesSource, digestAlgorithmFor, type PdfSource, prepareSignature } from '@cloudsigner/pades'
import { nodeCiphers, zlibInflate } from '@cloudsigner/pades/node'
import type { HashAlgorithm, IncrementalHash } from '@cloudsigner/pki'
import { newUuid, type SignerContext } from '../context.ts'
import { newApproval } from '../domain/document-approval.ts'
import { chainToEmbed, requireInForce } from '../domain/issued-certificate.ts'
import { requestedAppearance } from '../domain/signature-appearance.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { requireActiveSigner } from '../domain/signer-status.ts'
import { insertApproval, type StoredApproval } from '../store/approval-store.ts'
import { insertDocument } from '../store/document-insertion.ts'
import type { NewDocument, StoredSegment } from '../store/document-store.ts'
import { findSigner, getSignerAndCertificate, type IssuedCertificate } from '../store/signer-store.ts'
import { forgetBlob, isStrayBlob, recordStrayBlobs } from '../store/stray-blob-store.ts'
import type { SignerDatabase } from '../store/tables.ts'
import { uploadError, visualSignatureError } from './pdf-refusal.ts'

/** The PDF of an upload, stored and hashed but not yet anybody's document. */
export interface ReceivedFile {
  readonly documentId: string
  readonly fileName: string
  readonly blob: string
  readonly size: number
  /** SHA-256 over the whole file, still open: pades goes on from here and reads nothing again. */
  readonly hash: IncrementalHash
  /** What was stored, to be read here and there. */
  readonly source: PdfSource
}

/** A file up to this size stays in memory until its revision is made; a larger one is read back where it is needed. */
const keptBytes = 1024 * 1024

export interface UploadFields {
  readonly signerId: string
  readonly externalId: string
  readonly name: string
}

export interface Upload extends UploadFields {
  readonly visualSignature: VisualSignature | null
  /** The signer's, where it was found ready before the file was taken. */
  readonly certificate: IssuedCertificate | null
}

/** Streams a PDF into the blob store, hashing on the way; DOCUMENT_UPLOAD_ERROR beyond the largest size. */
export async function receiveFile(
  context: SignerContext,
  fileName: string,
  content: AsyncIterable<Uint8Array>,
): Promise<ReceivedFile> {
  const documentId = newUuid(context.crypto)
  const blob = `documents/${documentId}/0`
  const hash = context.crypto.createHash('SHA-256')
  await recordStrayBlobs(context.db, [blob], context.clock.now())
  const kept: Uint8Array[] = []
  try {
    const { size } = await context.blobs.write(blob, hashed(content, hash, context.settings.maxDocumentBytes, kept))
    if (size === 0) throw new SignerProblem('DOCUMENT_UPLOAD_ERROR', 'The file is empty')
    const source = size <= keptBytes ? bytesSource(Buffer.concat(kept)) : blobSource(context, blob, size)
    return { documentId, fileName, blob, size, hash, source }
  } catch (error) {
    await discardBlob(context, blob)
    throw error
  }
}

/** The pieces as they come. `kept` gathers them while they are few. */
async function* hashed(
  content: AsyncIterable<Uint8Array>,
  hash: IncrementalHash,
  maxBytes: number,
  kept: Uint8Array[],
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of content) {
    size += chunk.length
    if (size > maxBytes) {
      throw new SignerProblem('DOCUMENT_UPLOAD_ERROR', `The file is larger than the ${maxBytes} bytes taken here`)
    }
    hash.update(chunk)
    if (size <= keptBytes) kept.push(chunk)
    else kept.length = 0
    yield chunk
  }
}

/** What a device is to sign to have a document of Cloud mode signed. */
export interface NewApproval extends StoredApproval {
  readonly notAfter: Date
}

export interface CreatedDocument extends NewDocument {
  /** null in External mode. */
  readonly approval: NewApproval | null
}

/** Makes a WAITING document of a received file. On any refusal the file is removed again: nothing is stored half. */
export async function createDocument(
  context: SignerContext,
  file: ReceivedFile,
  upload: Upload,
): Promise<CreatedDocument> {
  try {
    return await prepareDocument(context, file, upload)
  } catch (error) {
    await discardBlob(context, file.blob)
    throw error
  }
}

/** The signer may sign now, with the certificate that the signature will name. */
export async function requireSignerReady(context: SignerContext, signerId: string): Promise<IssuedCertificate> {
  const { signer, certificate } = await getSignerAndCertificate(context.db, signerId)
  requireActiveSigner(signer.status)
  requireInForce(certificate, context.clock.now())
  return certificate
}

async function prepareDocument(
  context: SignerContext,
  file: ReceivedFile,
  { visualSignature, certificate: found, ...fields }: Upload,
): Promise<CreatedDocument> {
  const certificate = found ?? (await requireSignerReady(context, fields.signerId))
  const appearance = visualSignature && requestedAppearance(visualSignature, context.defaultFont)
  const digestAlgorithm = digestAlgorithmFor(certificate.der)
  const timestampTokenBytes = (await context.tsa?.reservedBytes(digestAlgorithm)) ?? 0
  const createdAt = context.clock.now()
  // The file may have taken its time; whether the signer still is ACTIVE is held when the document is stored.
  requireInForce(certificate, createdAt)
  const digest = file.hash.copy().digest()
  const prepared = await prepareSignature(file.source, {
    certificate: certificate.der,
    chain: chainToEmbed(certificate.chain),
    signingTime: createdAt,
    crypto: context.crypto,
    digestOfSource: await hashOf(context, file, digestAlgorithm),
    timestampTokenBytes,
    inflate: zlibInflate,
    decryption: { ciphers: nodeCiphers },
    ...appearance,
  }).catch(appearance ? visualSignatureError : uploadError)
  const document: NewDocument = {
    documentId: file.documentId,
    ...fields,
    certificateId: certificate.id,
    fileName: file.fileName,
    signedAttributes: prepared.signedAttributes,
    plan: prepared.plan,
    createdAt,
    waitingUntil: new Date(createdAt.getTime() + context.settings.waitingTimeoutSeconds * 1000),
  }
  const created = { ...document, approval: approvalFor(context, document, certificate) }
  await store(context, created, { blob: file.blob, size: file.size, digest })
  return created
}

function approvalFor(
  context: SignerContext,
  document: NewDocument,
  { credentialId, der }: IssuedCertificate,
): NewApproval | null {
  if (credentialId === null) return null
  const { crypto, settings } = context
  const until = Math.min(
    document.createdAt.getTime() + settings.approvalSeconds * 1000,
    document.waitingUntil.getTime(),
  )
  return { approvalId: newUuid(crypto), ...newApproval(document, der, new Date(until), crypto) }
}

/**
 * The hash that the signer's key goes with, over the file. SHA-256 ran while the file came in; for another one (keys of
 * Cloud mode on P-384) what was stored is read once, and held against that.
 */
async function hashOf(context: SignerContext, file: ReceivedFile, algorithm: HashAlgorithm): Promise<IncrementalHash> {
  if (algorithm === 'SHA-256') return file.hash
  const hash = context.crypto.createHash(algorithm)
  const again = context.crypto.createHash('SHA-256')
  for await (const piece of context.blobs.stream(file.blob, 0, file.size)) {
    hash.update(piece)
    again.update(piece)
  }
  if (!context.crypto.timingSafeEqual(again.digest(), file.hash.copy().digest())) {
    throw new SignerProblem('DOCUMENT_SIGNING_ERROR', 'The stored file is damaged')
  }
  return hash
}

async function store(context: SignerContext, document: CreatedDocument, original: StoredSegment): Promise<void> {
  const { documentId, approval, createdAt } = document
  const insert = async (db: SignerDatabase) => {
    const reason = await insertDocument(db, document, original, adoptableSince(context))
    if (reason === 'signer not active') throw await noLongerActive(db, document.signerId)
    if (reason !== null) throw new SignerProblem('DOCUMENT_UPLOAD_ERROR', 'The upload took too long')
  }
  if (approval === null) return insert(context.db)
  await context.db.transaction().execute(async (transaction) => {
    await insert(transaction)
    await insertApproval(transaction, { ...approval, documentId, createdAt })
  })
}

/** Says what the signer has become; it may even be ACTIVE again. */
export async function noLongerActive(db: SignerDatabase, signerId: string): Promise<SignerProblem> {
  const status = (await findSigner(db, signerId))?.status ?? 'REMOVED'
  return new SignerProblem('ILLEGAL_OPERATION_ERROR', `The signer is ${status} and could not be held ACTIVE`)
}

/** Half of the age at which a sweep takes a blob: clocks of replicas may differ by the other half. */
export function adoptableSince(context: SignerContext): Date {
  return new Date(context.clock.now().getTime() - context.settings.strayBlobSeconds * 500)
}

/** Removes a blob that came to nothing, and never one that a segment names. Where that fails, the sweep will do it. */
export async function discardBlob(context: SignerContext, blob: string): Promise<void> {
  try {
    if (!(await isStrayBlob(context.db, blob))) return
    await context.blobs.delete(blob)
    await forgetBlob(context.db, blob)
  } catch (error) {
    context.logger.warn({ err: error, blob }, 'a blob could not be removed and is left to the sweep')
  }
}

function blobSource({ blobs }: SignerContext, blob: string, size: number): PdfSource {
  return { size, read: (offset, length) => blobs.read(blob, offset, length) }
}
