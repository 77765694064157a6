import { type Certificate, type CryptoProvider, encodeBase64 } from '@cloudsigner/pki'

/** Paths of the public listener, as EJBCA has them; the TSA's is ours. */
export const publicPaths = {
  crlStore: '/ejbca/publicweb/crls/search.cgi',
  crlByName: '/ejbca/publicweb/webdist/certdist',
  certificateStore: '/ejbca/publicweb/certificates/search.cgi',
  ocsp: '/ejbca/publicweb/status/ocsp',
  health: '/ejbca/publicweb/healthcheck/ejbcahealth',
  tsa: '/tsa',
} as const

/** Where a CA's revocation information and certificate are to be had (RFC 4387 §2.1 for the stores). */
export interface AuthorityUrls {
  readonly crl: string
  readonly caIssuers: string
  readonly ocsp: string
}

export function authorityUrls(
  publicUrl: string,
  authority: Certificate,
  crypto: Pick<CryptoProvider, 'digest'>,
): AuthorityUrls {
  const nameHash = storeKey(crypto.digest('SHA-1', authority.subject.der))
  const keyIdentifier = storeKey(authority.extensions.subjectKeyIdentifier ?? new Uint8Array())
  return {
    crl: `${publicUrl}${publicPaths.crlStore}?iHash=${nameHash}`,
    caIssuers: `${publicUrl}${publicPaths.certificateStore}?sKIDHash=${keyIdentifier}`,
    ocsp: `${publicUrl}${publicPaths.ocsp}`,
  }
}

/** Base64 without padding, the two characters that mean something in a query escaped. */
const storeKey = (hash: Uint8Array): string =>
  encodeBase64(hash).replaceAll('=', '').replaceAll('+', '%2B').replaceAll('/', '%2F')
