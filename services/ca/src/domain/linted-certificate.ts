import { assembleCertificate, type KeySigner, parseCertificate } from '@cloudsigner/pki'
import { CaProblem } from './problem.ts'
import type { CertificateProfile } from './profiles/profiles.ts'
import type { LintContext } from './profiles/rule.ts'

/** A TBSCertificate that keeps its profile's rules: the only thing an issuer's key is put to in this service's enrolment. */
export class LintedCertificate {
  // A #field, so that no look-alike object literal passes for one.
  readonly #tbsCertificate: Uint8Array

  private constructor(tbsCertificate: Uint8Array) {
    this.#tbsCertificate = tbsCertificate
  }

  /** CaProblem 'profile_violation', naming the first rule broken. */
  static lint(tbsCertificate: Uint8Array, profile: CertificateProfile, context: LintContext): LintedCertificate {
    // Read as relying parties will read it: from the encoded form, an empty signature around it.
    const certificate = parseCertificate(assembleCertificate(tbsCertificate, new Uint8Array()))
    for (const rule of profile.rules) {
      if (!rule.check(certificate, context)) {
        throw new CaProblem('profile_violation', `${rule.demand} (${rule.clause})`, { profile: profile.name })
      }
    }
    return new LintedCertificate(tbsCertificate)
  }

  /** The bytes to store before they are signed. */
  get tbsCertificate(): Uint8Array {
    return Uint8Array.from(this.#tbsCertificate)
  }

  /** DER Certificate. */
  async sign(issuer: KeySigner): Promise<Uint8Array> {
    return assembleCertificate(this.#tbsCertificate, await issuer.sign(this.#tbsCertificate))
  }
}
