import type { Certificate } from '@cloudsigner/pki'

/** What a certificate about to be signed is held against. */
export interface LintContext {
  readonly issuer: Certificate
}

/** One clause of a standard. */
export interface Rule {
  /** Such as `RFC 5280 §4.1.2.2`. */
  readonly clause: string
  /** What it demands, as the sentence that is shown where it is broken. */
  readonly demand: string
  /** True where the certificate keeps it. */
  check(certificate: Certificate, context: LintContext): boolean
}
