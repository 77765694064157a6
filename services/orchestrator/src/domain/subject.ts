import type { User } from '@cloudsigner/contracts/orchestrator'
import { buildName, type Name, PkiError, parseCertificationRequest } from '@cloudsigner/pki'
import { Problem } from './problem.ts'

/**
 * The subject of a natural person's certificate, ETSI EN 319 412-2 §4.2.4: countryName, givenName, surname, commonName
 * and serialNumber, the latter per EN 319 412-1 §5.1.3 (type, country, hyphen, number). A phone puts these bytes into its
 * CSR as they are, or encodes the text anew.
 */
export function subjectOf(user: User): Name {
  const attribute = (type: string, value: string) => [{ type, value }]
  return buildName([
    attribute('2.5.4.6', user.country), // countryName
    attribute('2.5.4.42', user.givenName), // givenName
    attribute('2.5.4.4', user.surname), // surname
    attribute('2.5.4.3', `${user.givenName} ${user.surname}`), // commonName
    attribute('2.5.4.5', `${user.identity.type}${user.country}-${user.identity.value}`), // serialNumber
  ])
}

/**
 * The CSR's subject is this one, to the letter: the same attributes in the same order, whatever string types a client
 * encodes them in (RFC 5280 §4.1.2.4 leaves a choice). CSR_REFUSED for what is no CSR, SUBJECT_MISMATCH for another
 * subject. Who signed the request is for the signer to judge.
 */
export function requireSubject(csr: string, subject: Name): void {
  if (subjectOfRequest(csr) !== subject.rfc4514) {
    throw new Problem('SUBJECT_MISMATCH', "The CSR's subject is not the one that the bank gave")
  }
}

function subjectOfRequest(csr: string): string {
  try {
    return parseCertificationRequest(csr).subject.rfc4514
  } catch (cause) {
    if (cause instanceof PkiError) throw new Problem('CSR_REFUSED', 'This is no PKCS#10 request', {}, { cause })
    throw cause
  }
}
