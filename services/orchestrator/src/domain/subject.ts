import type { User } from '@cloudsigner/contracts/orchestrator'
import { buildName, bytesEqual, type Name, PkiError, parseCertificationRequest } from '@cloudsigner/pki'
import { Problem } from './problem.ts'

/**
 * The subject of a natural person's certificate, ETSI EN 319 412-2 §4.2.4: countryName, givenName, surname, commonName
 * and serialNumber, the latter per EN 319 412-1 §5.1.3 (type, country, hyphen, number). One encoding alone: the phone
 * puts these bytes into its CSR as they are, so that they can be compared as bytes.
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
 * The CSR's subject is this one, to the byte. CSR_REFUSED for what is no CSR, SUBJECT_MISMATCH for another subject. Who
 * signed the request is for the signer to judge.
 */
export function requireSubject(csr: string, subject: Uint8Array): void {
  if (!bytesEqual(subjectOfRequest(csr), subject)) {
    throw new Problem('SUBJECT_MISMATCH', "The CSR's subject is not the one that the bank gave")
  }
}

function subjectOfRequest(csr: string): Uint8Array {
  try {
    return parseCertificationRequest(csr).subject.der
  } catch (cause) {
    if (cause instanceof PkiError) throw new Problem('CSR_REFUSED', 'This is no PKCS#10 request', {}, { cause })
    throw cause
  }
}
