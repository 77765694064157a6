import { hashLengths, readHashAlgorithm, readSignatureAlgorithm } from '../algorithms.ts'
import type { HashAlgorithm } from '../crypto-provider.ts'
import { readCanonical } from '../der/canonical.ts'
import { type DerElement, forEachChild } from '../der/element.ts'
import { explicit, sequence, utf8String } from '../der/encode.ts'
import { explicitContent, parsing, Structure } from '../der/structure.ts'
import { contextConstructed, Tag } from '../der/tags.ts'
import { PkiError } from '../errors.ts'
import {
  atOffset,
  encodeFixed,
  encodeMoment,
  encodeText,
  fixedOctets,
  readFixed,
  readMoment,
  readPurpose,
  readText,
} from './fields.ts'

/**
 * What a device signs to release one use of a key that the signer keeps. The definition names no tag default, so its
 * tags are EXPLICIT (X.680 §31.2.7).
 *
 *     Approval ::= SEQUENCE {
 *       purpose            UTF8String,    -- "cloudsigner/approval/v1"
 *       signerId           UTF8String,
 *       credential         OCTET STRING,  -- SHA-256 of the signer certificate's DER
 *       signatureAlgorithm AlgorithmIdentifier,
 *       digestAlgorithm    AlgorithmIdentifier,
 *       documents          Documents,
 *       notAfter           GeneralizedTime,
 *       nonce              OCTET STRING } -- 32 octets
 *     Documents ::= CHOICE { list [0] SEQUENCE OF DocumentToSign, tree [1] … }
 *
 * The tree is for envelopes, which are not here yet: it is refused.
 */
export interface Approval {
  readonly signerId: string
  /** SHA-256 of the DER of the signer's certificate. */
  readonly credential: Uint8Array
  /** DER AlgorithmIdentifier of the signature that the released key makes. */
  readonly signatureAlgorithm: Uint8Array
  /** DER AlgorithmIdentifier of the hash that `dtbsr` is made with. */
  readonly digestAlgorithm: Uint8Array
  /** In order, one to a hundred. */
  readonly documents: readonly DocumentToSign[]
  /** In whole seconds. */
  readonly notAfter: Date
  /** 32 octets. */
  readonly nonce: Uint8Array
}

/** DocumentToSign ::= SEQUENCE { documentId UTF8String, dtbsr OCTET STRING } */
export interface DocumentToSign {
  readonly documentId: string
  /** Data to be signed representation: the digest of the DER SET OF signed attributes. */
  readonly dtbsr: Uint8Array
}

const purpose = 'cloudsigner/approval/v1'
const code = 'approval_malformed'
const maxDocuments = 100
const maxBytes = 64 * 1024

/** PkiError 'approval_malformed' for fields that the structure cannot hold, 'algorithm_unsupported' for unknown algorithms. */
export function buildApproval(approval: Approval): Uint8Array {
  const { documents } = approval
  if (documents.length < 1 || documents.length > maxDocuments) {
    throw new PkiError(code, `an approval of ${documents.length} documents`)
  }
  readSignatureAlgorithm(approval.signatureAlgorithm)
  const dtbsrOctets = hashLengths[madeHash(approval.digestAlgorithm)]
  const list = documents.map(({ documentId, dtbsr }) =>
    sequence(encodeText(documentId, 'documentId', code), encodeFixed(dtbsr, dtbsrOctets, 'dtbsr', code)),
  )
  return sequence(
    utf8String(purpose),
    encodeText(approval.signerId, 'signerId', code),
    encodeFixed(approval.credential, fixedOctets, 'credential', code),
    approval.signatureAlgorithm,
    approval.digestAlgorithm,
    explicit(0, sequence(...list)),
    encodeMoment(approval.notAfter, code),
    encodeFixed(approval.nonce, fixedOctets, 'nonce', code),
  )
}

/** Strict DER, up to 64 KiB, of this purpose alone. PkiError 'approval_malformed', 'algorithm_unsupported' or 'too_large'. */
export function readApproval(der: Uint8Array): Approval {
  return parsing(code, 'Approval', () => {
    const structure = Structure.open(readCanonical(der, maxBytes), 'Approval', code)
    readPurpose(structure, purpose, code)
    const signerId = readText(structure, 'signerId', code)
    const credential = readFixed(structure, fixedOctets, 'credential', code)
    const signatureAlgorithm = structure.required(Tag.Sequence, 'signatureAlgorithm').bytes
    readSignatureAlgorithm(signatureAlgorithm)
    const digestAlgorithm = structure.required(Tag.Sequence, 'digestAlgorithm').bytes
    const dtbsrOctets = hashLengths[madeHash(digestAlgorithm)]
    const documents = readDocuments(structure.required(contextConstructed(0), 'documents as a list'), dtbsrOctets)
    const notAfter = readMoment(structure, 'notAfter', code)
    const nonce = readFixed(structure, fixedOctets, 'nonce', code)
    structure.end()
    return Object.freeze({
      signerId,
      credential,
      signatureAlgorithm,
      digestAlgorithm,
      documents,
      notAfter,
      nonce,
    })
  })
}

/** SHA-1 is for old signatures: nobody is asked to approve a new one. */
function madeHash(digestAlgorithm: Uint8Array): HashAlgorithm {
  const hash = readHashAlgorithm(digestAlgorithm)
  if (hash === 'SHA-1') throw new PkiError('algorithm_unsupported', 'digestAlgorithm SHA-1')
  return hash
}

function readDocuments(element: DerElement, dtbsrOctets: number): readonly DocumentToSign[] {
  const list = explicitContent(element, 'Documents', code)
  if (list.tag !== Tag.Sequence) throw atOffset(code, 'documents are not a SEQUENCE OF', list)
  const documents: DocumentToSign[] = []
  forEachChild(list, (child) => {
    if (documents.length === maxDocuments) throw atOffset(code, `more than ${maxDocuments} documents`, child)
    const structure = Structure.open(child, 'DocumentToSign', code)
    const documentId = readText(structure, 'documentId', code)
    const dtbsr = readFixed(structure, dtbsrOctets, 'dtbsr', code)
    structure.end()
    documents.push(Object.freeze({ documentId, dtbsr }))
  })
  if (documents.length === 0) throw atOffset(code, 'an approval of no document', list)
  return Object.freeze(documents)
}
