/** Cloud mode: a phone signs an approval and a binding that it could have written itself, and no others. */
import { parseOperationData } from '@cloudsigner/mobile-token-sdk'
import type { RebuiltSignature } from '@cloudsigner/pades'
import {
  type Approval,
  buildApproval,
  bytesEqual,
  hashAlgorithmIdentifier,
  readApproval,
  readDeviceKeyBinding,
  toHex,
} from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { type DocumentRefusal, DocumentRefused } from './document-refused.ts'

/** All of an approval that a phone knows by itself; the rest, expiry and nonce, are the server's to choose. */
export interface OwnKnowledge {
  /** Its activation's id. */
  readonly signerId: string
  /** DER of the certificate that it has pinned. */
  readonly certificate: Uint8Array
  /** The document's id at the signer, which only names what `rebuilt` decides. */
  readonly documentId: string
  /** From the file that was shown. */
  readonly rebuilt: Pick<RebuiltSignature, 'signedAttributes' | 'digestAlgorithm' | 'signatureAlgorithm'>
}

/** DocumentRefused 'approval_…' unless the approval is, byte for byte, the one that this phone would have written. */
export function requireOwnApproval(toBeSigned: Uint8Array, own: OwnKnowledge, now: Date): void {
  const told = read(() => readApproval(toBeSigned), 'approval_malformed')
  const { signerId, documentId, certificate, rebuilt } = own
  const expected: Approval = {
    signerId,
    credential: nodeCrypto.digest('SHA-256', certificate),
    signatureAlgorithm: rebuilt.signatureAlgorithm,
    digestAlgorithm: hashAlgorithmIdentifier(rebuilt.digestAlgorithm),
    documents: [{ documentId, dtbsr: nodeCrypto.digest(rebuilt.digestAlgorithm, rebuilt.signedAttributes) }],
    notAfter: told.notAfter,
    nonce: told.nonce,
  }
  if (told.signerId !== expected.signerId) throw new DocumentRefused('approval_other_signer')
  if (!bytesEqual(told.credential, expected.credential)) throw new DocumentRefused('approval_other_certificate')
  const sameAlgorithms =
    bytesEqual(told.signatureAlgorithm, expected.signatureAlgorithm) &&
    bytesEqual(told.digestAlgorithm, expected.digestAlgorithm)
  if (!sameAlgorithms) throw new DocumentRefused('approval_other_algorithm')
  // Whatever is left to differ is in the list of documents.
  if (!bytesEqual(buildApproval(expected), toBeSigned)) throw new DocumentRefused('approval_other_document')
  if (now >= told.notAfter) throw new DocumentRefused('approval_expired')
}

/** What an operation says, of which the phone authenticates `data` and nothing else. */
export interface JudgedOperation {
  readonly name: string
  readonly data: string
}

/** DocumentRefused 'operation_other' unless what is authenticated is this approval, of a file of this SHA-256. */
export function requireOwnOperation(operation: JudgedOperation, toBeSigned: Uint8Array, original: Uint8Array): void {
  const [approval, document, hash] = read(() => parseOperationData(operation.data), 'operation_other').fields
  const sha256 = (bytes: Uint8Array) => toHex(nodeCrypto.digest('SHA-256', bytes)).toLowerCase()
  const own =
    operation.name === 'cloud_signature' &&
    approval?.type === 'text' &&
    approval.text === sha256(toBeSigned) &&
    document?.type === 'note' &&
    hash?.type === 'text' &&
    hash.text === sha256(original)
  if (!own) throw new DocumentRefused('operation_other')
}

/** DocumentRefused 'binding_…' unless it pins this phone's key, to itself. */
export function requireOwnBinding(toBeSigned: Uint8Array, signerId: string): void {
  const binding = read(() => readDeviceKeyBinding(toBeSigned), 'binding_malformed')
  if (binding.signerId !== signerId) throw new DocumentRefused('binding_other_signer')
}

function read<Value>(reading: () => Value, otherwise: DocumentRefusal): Value {
  try {
    return reading()
  } catch (cause) {
    throw new DocumentRefused(otherwise, { cause })
  }
}
