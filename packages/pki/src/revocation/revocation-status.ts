/** What revocation data say about one certificate. Nothing here is an exception: data that do not help are 'unknown'. */
import type { CrlReason } from '../crl/reason.ts'

export type RevocationUnknownReason =
  /** Nothing at hand, and nothing that could be fetched. */
  | 'no_data'
  | 'malformed'
  /** A CRL of another issuer, or an OCSP response about another certificate. */
  | 'not_applicable'
  | 'signature_invalid'
  /** The signer of the data may not speak for the issuer. */
  | 'not_authorised'
  /** Not of the time asked about: before thisUpdate, or past nextUpdate. */
  | 'not_fresh'
  /** Indirect, delta or partial in a way that is not processed, or with a critical extension that is not known. */
  | 'unsupported'
  /** The responder says so itself: it does not know the certificate, or answers with an error. */
  | 'responder_unknown'
  | 'fetch_failed'

export type RevocationStatus =
  | { readonly status: 'good'; readonly source: 'crl' | 'ocsp'; readonly thisUpdate: Date }
  | {
      readonly status: 'revoked'
      readonly source: 'crl' | 'ocsp'
      readonly revocationTime: Date
      /** null: not said. */
      readonly reason: CrlReason | null
    }
  | { readonly status: 'unknown'; readonly why: RevocationUnknownReason; readonly detail: string }

export function unknownStatus(why: RevocationUnknownReason, detail: string): RevocationStatus {
  return { status: 'unknown', why, detail }
}
