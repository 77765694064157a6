/** Signed attributes that say by which rules and to what end is signed (ETSI EN 319 122-1 §5.2.3, §5.2.9). */
import { hashAlgorithmIdentifier, type Oid } from '../algorithms.ts'
import type { HashAlgorithm } from '../crypto-provider.ts'
import { encodeOid, ia5String, octetString, sequence } from '../der/encode.ts'
import { buildAttribute } from './attribute.ts'
import { cmsOids } from './oids.ts'

/** What the signer commits to (RFC 5126 §5.11.1, ETSI TS 119 172-1 annex B). */
export const commitmentTypes = {
  proofOfOrigin: '1.2.840.113549.1.9.16.6.1',
  proofOfReceipt: '1.2.840.113549.1.9.16.6.2',
  proofOfDelivery: '1.2.840.113549.1.9.16.6.3',
  proofOfSender: '1.2.840.113549.1.9.16.6.4',
  proofOfApproval: '1.2.840.113549.1.9.16.6.5',
  proofOfCreation: '1.2.840.113549.1.9.16.6.6',
} as const satisfies Record<string, Oid>
export type CommitmentType = keyof typeof commitmentTypes

export interface SignaturePolicy {
  readonly oid: Oid
  /** Of the policy document. */
  readonly hashAlgorithm: Exclude<HashAlgorithm, 'SHA-1'>
  readonly hash: Uint8Array
  /** Where the document is had. */
  readonly uri?: string
}

const policyUri = '1.2.840.113549.1.9.16.5.1'

/** DER Attribute signature-policy-identifier. PkiError 'der_malformed' for what is no object identifier. */
export function buildSignaturePolicyIdentifier({ oid, hashAlgorithm, hash, uri }: SignaturePolicy): Uint8Array {
  const digest = sequence(hashAlgorithmIdentifier(hashAlgorithm), octetString(hash))
  const qualifiers = uri === undefined ? [] : [sequence(sequence(encodeOid(policyUri), ia5String(uri)))]
  return buildAttribute(cmsOids.signaturePolicyIdentifier, sequence(encodeOid(oid), digest, ...qualifiers))
}

/** DER Attribute commitment-type-indication. */
export function buildCommitmentTypeIndication(commitment: CommitmentType): Uint8Array {
  return buildAttribute(cmsOids.commitmentTypeIndication, sequence(encodeOid(commitmentTypes[commitment])))
}
