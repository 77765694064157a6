/** What path validation says: a value, whether it went well or not. */
import type { Certificate } from '../certificate/certificate.ts'
import type { ProfileDeviation } from './profile.ts'

/** Why there is no valid path. Where several paths fail, the reason is that of the one that got furthest. */
export type PathFailureReason =
  /** Not DER, or not a certificate that RFC 5280 lets stand: a repeated extension, two signature algorithms, … */
  | 'certificate_malformed'
  /** No certificate of the issuer is at hand, or none that leads to a trust anchor. */
  | 'no_path'
  /** The bounds of the search, or of the work that one path may cost, were reached. */
  | 'limit_exceeded'
  /** A certificate of the right name is there, but its key did not make the signature. */
  | 'signature_invalid'
  | 'not_yet_valid'
  | 'expired'
  | 'unknown_critical_extension'
  /** An issuer is not marked as a certification authority (§6.1.4 (k)). */
  | 'not_a_ca'
  /** An issuer's keyUsage lacks keyCertSign (§6.1.4 (n)). */
  | 'key_usage'
  | 'path_length_exceeded'
  | 'name_constraint_violated'
  | 'name_constraint_unsupported'
  | 'policy_required'
  /** extKeyUsage is there and does not name the purpose asked for. */
  | 'extended_key_usage'
  /** §4, where the caller wants it enforced. */
  | 'profile_violation'

export interface PathFailure {
  readonly reason: PathFailureReason
  readonly detail: string
  /** Where it was found; null where no certificate could be read. */
  readonly certificate: Certificate | null
}

export type PathResult =
  | {
      readonly valid: true
      /** The certificate first, the trust anchor last. */
      readonly path: readonly Certificate[]
      readonly deviations: readonly ProfileDeviation[]
    }
  | ({
      readonly valid: false
      /** As far as the path that got furthest went; complete, its anchor last, where the fault is in the path itself. */
      readonly path: readonly Certificate[]
    } & PathFailure)
