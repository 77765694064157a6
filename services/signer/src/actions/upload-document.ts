import type { VisualSignature } from '@cloudsigner/contracts/signer'
import { digestAlgorithmFor, type PdfSource, prepareSignature } from '@cloudsigner/pades'
import { nodeCiphers, zlibInflate } from '@cloudsigner/pades/node'
import type { IncrementalHash } from '@cloudsigner/pki'
import { newUuid, type SignerContext } from '../context.ts'
import { chainToEmbed, requireInForce } from '../domain/issued-certificate.ts'
import { requestedAppearance } from '../domain/signature-appearance.ts'
import { SignerProblem } from '../domain/signer-problem.ts'
import { requireActiveSigner } from '../domain/signer-status.ts'
import { insertDocument, type NewDocument, type StoredSegment } from '../store/document-store.ts'
import { getCertificate, getSigner, type IssuedCertificate, lockSigner } from '../store/signer-store.ts'
import { adoptBlob, forgetBlob, isStrayBlob, recordStrayBlobs } from '../store/stray-blob-store.ts'
import { uploadError, visualSignatureError } from './pdf-refusal.ts'

/** The PDF of an upload, stored and hashed but not yet anybody's document. */
export interface ReceivedFile {
  readonly documentId: string
  readonly fileName: string
  readonly blob: string
  readonly size: number
  /** SHA-256 over the whole file, still open: pades goes on from here and reads nothing again. */
  readonly hash: IncrementalHash
}

export interface UploadFields {
  readonly signerId: string
  readonly externalId: string
  readonly name: string
}

export interface Upload extends UploadFields {
  readonly visualSignature: VisualSignature | null
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
  try {
    const { size } = await context.blobs.write(blob, hashed(content, hash, context.settings.maxDocumentBytes))
    if (size === 0) throw new SignerProblem('DOCUMENT_UPLOAD_ERROR', 'The file is empty')
    return { documentId, fileName, blob, size, hash }
  } catch (error) {
    await discardBlob(context, blob)
    throw error
  }
}

async function* hashed(
  content: AsyncIterable<Uint8Array>,
  hash: IncrementalHash,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of content) {
    size += chunk.length
    if (size > maxBytes) {
      throw new SignerProblem('DOCUMENT_UPLOAD_ERROR', `The file is larger than the ${maxBytes} bytes taken here`)
    }
    hash.update(chunk)
    yield chunk
  }
}

/** Makes a WAITING document of a received file. On any refusal the file is removed again: nothing is stored half. */
export async function createDocument(context: SignerContext, file: ReceivedFile, upload: Upload): Promise<NewDocument> {
  try {
    return await prepareDocument(context, file, upload)
  } catch (error) {
    await discardBlob(context, file.blob)
    throw error
  }
}

/** The signer may sign now, with the certificate that the signature will name. */
export async function requireSignerReady(context: SignerContext, signerId: string): Promise<IssuedCertificate> {
  const signer = await getSigner(context.db, signerId)
  requireActiveSigner(signer.status)
  const certificate = await getCertificate(context.db, signer.certificateId)
  requireInForce(certificate, context.clock.now())
  return certificate
}

async function prepareDocument(
  context: SignerContext,
  file: ReceivedFile,
  { visualSignature, ...fields }: Upload,
): Promise<NewDocument> {
  const certificate = await requireSignerReady(context, fields.signerId)
  const appearance = visualSignature && requestedAppearance(visualSignature, context.defaultFont)
  const timestampTokenBytes = (await context.tsa?.reservedBytes(digestAlgorithmFor(certificate.der))) ?? 0
  const createdAt = context.clock.now()
  const digest = file.hash.copy().digest()
  const prepared = await prepareSignature(blobSource(context, file), {
    certificate: certificate.der,
    chain: chainToEmbed(certificate.chain),
    signingTime: createdAt,
    crypto: context.crypto,
    digestOfSource: file.hash,
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
  await store(context, document, { blob: file.blob, size: file.size, digest })
  return document
}

async function store(context: SignerContext, document: NewDocument, original: StoredSegment): Promise<void> {
  await context.db.transaction().execute(async (transaction) => {
    const signer = await lockSigner(transaction, document.signerId, 'share')
    requireActiveSigner(signer?.status ?? 'REMOVED')
    if (!(await adoptBlob(transaction, original.blob, adoptableSince(context)))) {
      throw new SignerProblem('DOCUMENT_UPLOAD_ERROR', 'The upload took too long')
    }
    await insertDocument(transaction, document, original)
  })
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

function blobSource(context: SignerContext, file: ReceivedFile): PdfSource {
  return { size: file.size, read: (offset, length) => context.blobs.read(file.blob, offset, length) }
}
