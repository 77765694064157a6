/** What a phone does before its person may say yes: it fetches the very file, and finds out by itself what it would sign. */
import type { PhoneClient } from '@cloudsigner/clients/orchestrator'
import type { SignerMode } from '@cloudsigner/contracts/cloud-mode'
import type { PhoneDocument } from '@cloudsigner/contracts/orchestrator'
import { bytesSource, PadesError, PdfError, type RebuiltSignature, rebuildSignedAttributes } from '@cloudsigner/pades'
import { nodeCiphers } from '@cloudsigner/pades/node'
import { bytesEqual, type Certificate, parseCertificate } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { DocumentRefused } from './document-refused.ts'
import { requireOwnApproval } from './own-approval.ts'
import { type KnownCertificates, learnCertificate } from './own-certificate.ts'

/** What the phone knows without asking anybody. */
export interface OwnIdentity {
  readonly activationId: string
  /** DER, of the key in its vault. */
  readonly subjectPublicKeyInfo: Uint8Array
  readonly certificates: KnownCertificates
  readonly now: Date
}

/** A document that was fetched and found to be what it would be a signature over. */
export interface ReviewedDocument {
  readonly document: PhoneDocument
  readonly mode: SignerMode
  readonly certificate: Certificate
  /** The file as prepared: show this. */
  readonly file: Uint8Array
  readonly rebuilt: RebuiltSignature
  /** What the device key is to sign: the signed attributes, or in Cloud mode the approval. */
  readonly toBeSigned: Uint8Array
  /** Cloud mode: the operation that is to be approved before; null in External. */
  readonly operationId: string | null
}

/** DocumentRefused where anything that the bank says is not what this phone finds in the file and in its own memory. */
export async function reviewDocument(
  bank: Pick<PhoneClient, 'getDocument' | 'getSigner' | 'downloadPrepared'>,
  documentId: string,
  own: OwnIdentity,
): Promise<ReviewedDocument> {
  const document = await bank.getDocument(documentId)
  if (document.activationId !== own.activationId) throw new DocumentRefused('other_device')
  const { hash, approval, signerDocumentId } = document
  if (hash === null || signerDocumentId === null) throw new DocumentRefused('not_waiting')
  const mode = approval === null ? 'EXTERNAL' : 'CLOUD'
  const { certificate: current } = await bank.getSigner()
  await learnCertificate(fromBase64(current), own.certificates, own.subjectPublicKeyInfo)
  const { body } = await bank.downloadPrepared(documentId)
  const file = new Uint8Array(await new Response(body).arrayBuffer())
  const { certificate, rebuilt } = await findOwn(file, fromBase64(hash), mode, own)
  const reviewed = { document, mode, certificate, file, rebuilt } as const
  if (approval === null) return { ...reviewed, toBeSigned: rebuilt.signedAttributes, operationId: null }
  const toBeSigned = fromBase64(approval.toBeSigned)
  const knowledge = { signerId: own.activationId, certificate: certificate.der, documentId: signerDocumentId, rebuilt }
  requireOwnApproval(toBeSigned, knowledge, own.now)
  return { ...reviewed, toBeSigned, operationId: approval.operationId }
}

/**
 * The document waits for the certificate that it was uploaded for: the newest one, or an earlier one where the phone was
 * enrolled again meanwhile. Of its own certificates the phone finds the one with which it comes to the same bytes.
 */
async function findOwn(
  file: Uint8Array,
  hash: Uint8Array,
  mode: SignerMode,
  own: OwnIdentity,
): Promise<Pick<ReviewedDocument, 'certificate' | 'rebuilt'>> {
  const isOwnKey = (certificate: Certificate) => bytesEqual(certificate.subjectPublicKeyInfo, own.subjectPublicKeyInfo)
  const candidates = (await own.certificates.list())
    .map((der) => parseCertificate(der))
    .filter((certificate) => isOwnKey(certificate) === (mode === 'EXTERNAL'))
  if (candidates.length === 0) throw new DocumentRefused(mode === 'CLOUD' ? 'certificate_unknown' : 'approval_missing')
  for (const certificate of candidates) {
    const rebuilt = await rebuild(file, certificate.der)
    if (bytesEqual(rebuilt.signedAttributes, hash)) return { certificate, rebuilt }
  }
  throw new DocumentRefused('other_hash')
}

/** The bank's own PDF, which the prepared file begins with: what an operation's document hash is of. */
export function originalOf({ file, document }: Pick<ReviewedDocument, 'file' | 'document'>): Uint8Array {
  return file.subarray(0, document.size)
}

async function rebuild(file: Uint8Array, certificate: Uint8Array): Promise<RebuiltSignature> {
  try {
    return await rebuildSignedAttributes(bytesSource(file), {
      certificate,
      crypto: nodeCrypto,
      reading: { decryption: { ciphers: nodeCiphers } },
    })
  } catch (cause) {
    if (cause instanceof PadesError || cause instanceof PdfError) throw new DocumentRefused('not_prepared', { cause })
    throw cause
  }
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}
