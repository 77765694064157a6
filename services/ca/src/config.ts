import type { ListenOptions } from '@cloudsigner/service'

/** What differs from one installation to the next. Everything else that the service needs is its environment. */
export interface CaConfig {
  /** EJBCA's REST API, over mutual TLS. */
  readonly rest: ListenOptions & {
    /** Host names and addresses that clients call it by, beside 127.0.0.1, ::1, localhost and `host`. */
    readonly hostNames?: readonly string[]
  }
  /** CRL, OCSP, CA certificates and time-stamps, over plain HTTP. */
  readonly public: ListenOptions
  /** What certificates write before `/ejbca/publicweb/…`, such as `http://pki.example.com`: no trailing slash. */
  readonly publicUrl: string
  readonly names?: Partial<CaNames>
  readonly periods?: Partial<CaPeriods>
  /** certificatePolicies of signer certificates, beside NCP; OIDs. */
  readonly policies?: readonly string[]
}

/** Names that go into certificates at the first start; later changes have no effect on what exists. */
export interface CaNames {
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  readonly organization: string
  /** EN 319 412-1 §5.1.4, such as `NTRCZ-01234567`. */
  readonly organizationIdentifier: string
}

/** Days, hours and minutes as their names say. */
export interface CaPeriods {
  readonly rootDays: number
  readonly issuingDays: number
  readonly signerDays: number
  /** OCSP responder, TSA, TLS server and administrator. */
  readonly serviceDays: number
  readonly crlHours: number
  readonly ocspMinutes: number
}

export const defaultNames: CaNames = {
  country: 'CZ',
  organization: 'CloudSigner',
  organizationIdentifier: 'NTRCZ-00000000',
}

export const defaultPeriods: CaPeriods = {
  rootDays: 20 * 365,
  issuingDays: 10 * 365,
  signerDays: 365,
  serviceDays: 2 * 365,
  crlHours: 24,
  ocspMinutes: 60,
}

/** Names by which the REST API's clients ask for a certificate of a signer. */
export const wellKnownNames = {
  caName: 'CloudSigner Issuing CA',
  certificateProfile: 'CLOUDSIGNER_SIGNER',
  endEntityProfile: 'CLOUDSIGNER_SIGNER',
} as const

/** Faults between members, each as a sentence that stops the start. */
export function assertConfig(config: CaConfig): void {
  const periods = { ...defaultPeriods, ...config.periods }
  if (!/^http:\/\/[^\s?#]+[^/\s?#]$/.test(config.publicUrl)) {
    // RFC 5280 §8: what is fetched to check a certificate is not itself behind a certificate.
    throw new Error(`publicUrl is "${config.publicUrl}": an http URL without a trailing slash is needed`)
  }
  if (periods.issuingDays >= periods.rootDays) throw new Error('periods.issuingDays must be less than periods.rootDays')
  if (periods.signerDays >= periods.issuingDays) {
    throw new Error('periods.signerDays must be less than periods.issuingDays')
  }
  for (const [name, value] of Object.entries(periods)) {
    if (!(value > 0)) throw new Error(`periods.${name} must be positive`)
  }
}
