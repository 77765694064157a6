/** The validation report, in the vocabulary of ETSI EN 319 102-1 §5.1.3 where that has a word for it. */

/** The sub-indications of ETSI EN 319 102-1 tables 5 and 6 that this validator uses, each with its indication. */
export const indicationOf = {
  FORMAT_FAILURE: 'TOTAL_FAILED',
  HASH_FAILURE: 'TOTAL_FAILED',
  SIG_CRYPTO_FAILURE: 'TOTAL_FAILED',
  NOT_YET_VALID: 'TOTAL_FAILED',
  SIG_CONSTRAINTS_FAILURE: 'INDETERMINATE',
  CHAIN_CONSTRAINTS_FAILURE: 'INDETERMINATE',
  CERTIFICATE_CHAIN_GENERAL_FAILURE: 'INDETERMINATE',
  CRYPTO_CONSTRAINTS_FAILURE: 'INDETERMINATE',
  CRYPTO_CONSTRAINTS_FAILURE_NO_POE: 'INDETERMINATE',
  NO_SIGNING_CERTIFICATE_FOUND: 'INDETERMINATE',
  NO_CERTIFICATE_CHAIN_FOUND: 'INDETERMINATE',
  REVOKED_NO_POE: 'INDETERMINATE',
  REVOKED_CA_NO_POE: 'INDETERMINATE',
  OUT_OF_BOUNDS_NO_POE: 'INDETERMINATE',
  TRY_LATER: 'INDETERMINATE',
} as const satisfies Record<string, 'TOTAL_FAILED' | 'INDETERMINATE'>

export type SubIndication = keyof typeof indicationOf
export type Indication = 'TOTAL_PASSED' | 'INDETERMINATE' | 'TOTAL_FAILED'

/**
 * What the signature covers.
 * ENTIRE_FILE: from the first byte of the file to the last, but for its own Contents.
 * ENTIRE_REVISION: the same of an earlier revision; others follow it.
 * CONTIGUOUS_BLOCK_FROM_START: from the first byte to one that is not the end of a revision.
 * UNCLEAR: none of these: another start, a gap that is not exactly Contents, ranges that lie elsewhere.
 */
export type Coverage = 'ENTIRE_FILE' | 'ENTIRE_REVISION' | 'CONTIGUOUS_BLOCK_FROM_START' | 'UNCLEAR'

/**
 * What later revisions did, from least to most. LTA_UPDATES: validation data and document time-stamps added.
 * FORM_FILLING: signatures added too. OTHER: more than that, or something that could not be explained.
 */
export type Modifications = 'NONE' | 'LTA_UPDATES' | 'FORM_FILLING' | 'OTHER'

/** By presence of the parts that ETSI EN 319 142-1 §6.3 asks for, not by their validity. */
export type PadesLevel = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA'

export interface ReportWarning {
  readonly code: WarningCode
  readonly message: string
}

/** What a caller may want to tell the user, beside the indication. */
export const warnings = {
  repaired: 'the cross-references of the file are broken; it was read by scanning',
  coverage_unclear: 'the byte range does not cover the file from its start but for exactly the signature itself',
  later_revision_unjudged: 'revisions were appended after signing, and what they changed was not judged',
  later_revision_suspicious:
    'revisions that were appended after signing change more than signatures and validation data',
  certification_violated: 'revisions after a certification signature do what it forbids',
  subfilter_unsupported: 'the SubFilter is none that is judged',
  signing_certificate_absent: 'no signing-certificate attribute says which certificate signed (ETSI EN 319 142-1 §6.3)',
  algorithm_unsupported: 'an algorithm of the signature is not supported',
  algorithm_weak: 'an algorithm or key of the signature is no longer reliable (ETSI TS 119 312)',
  certificate_profile: 'a certificate of the chain departs from RFC 5280 §4',
  chain: 'the chain of the signer was not found valid',
  revocation_unknown: 'the revocation of a certificate of the chain is not known',
  revocation_off: 'revocation was not checked',
  timestamp_invalid: 'a time-stamp is broken',
  timestamp_untrusted: 'a time-stamp is not by an authority that is trusted',
  signing_time_attribute: 'the claimed time stands in M and in the signing-time attribute (ETSI EN 319 142-1 §6.3)',
  duplicate_entry: 'the signature dictionary has an entry twice',
  format: 'the signature is malformed',
} as const
export type WarningCode = keyof typeof warnings

export interface TimestampReport {
  /** SIGNATURE_TIMESTAMP: over the signature value; DOCUMENT_TIMESTAMP: over the file. */
  readonly type: 'SIGNATURE_TIMESTAMP' | 'DOCUMENT_TIMESTAMP'
  /** genTime, ISO 8601; null where the token cannot be read. */
  readonly time: string | null
  /** Imprint and signature agree. null: not judged, an algorithm is not supported. */
  readonly intact: boolean | null
  readonly indication: Indication
  readonly subIndication: SubIndication | null
  /** RFC 4514 name of the time-stamping authority. */
  readonly authority: string | null
}

export interface SignatureReport {
  /** Fully qualified name. */
  readonly field: string
  readonly type: 'Sig' | 'DocTimeStamp'
  readonly subFilter: string | null
  readonly level: PadesLevel | null
  /** Number of the revision that was signed, from 0; null where the signed bytes do not end with one. */
  readonly revision: number | null
  /** The digest of the byte range is the one signed, and the signature over it verifies. null: not judged. */
  readonly intact: boolean | null
  readonly coverage: Coverage
  /** null: not judged. */
  readonly modifications: Modifications | null
  readonly indication: Indication
  readonly subIndication: SubIndication | null
  /** RFC 4514 name of the signer's subject. */
  readonly signer: string | null
  /** Claimed (M, else the signing-time attribute), ISO 8601. */
  readonly signingTime: string | null
  /** Earliest time at which the signature is proven to have existed; the time of validation where nothing proves more. */
  readonly bestSignatureTime: string | null
  readonly timestamps: readonly TimestampReport[]
  readonly warnings: readonly ReportWarning[]
}

/** Oldest signature first. */
export interface ValidationReport {
  readonly signatures: readonly SignatureReport[]
}

export function warning(code: WarningCode, detail?: string): ReportWarning {
  return { code, message: detail === undefined ? warnings[code] : `${warnings[code]}: ${detail}` }
}
