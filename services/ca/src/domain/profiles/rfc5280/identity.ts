import { bytesEqual, fromHex } from '@cloudsigner/pki'
import type { Rule } from '../rule.ts'

export const serialNumber: Rule = {
  clause: 'RFC 5280 §4.1.2.2',
  demand: 'The serial number is positive, at most 20 octets, and has 64 random bits or more.',
  check: ({ serialNumber }) => {
    const octets = fromHex(serialNumber)?.length ?? 0
    return octets >= 9 && octets <= 20
  },
}

export const version: Rule = {
  clause: 'RFC 5280 §4.1.2.1',
  demand: 'A certificate with extensions is of version 3.',
  check: (certificate) => certificate.version === 3,
}

export const issuerName: Rule = {
  clause: 'RFC 5280 §4.1.2.4',
  demand: "The issuer is the issuing CA's subject, octet by octet.",
  check: (certificate, { issuer }) => bytesEqual(certificate.issuer.der, issuer.subject.der),
}

export const subjectName: Rule = {
  clause: 'RFC 5280 §4.1.2.6',
  demand: 'The subject is not empty.',
  check: (certificate) => certificate.subject.rdns.length > 0,
}

export const validity: Rule = {
  clause: 'RFC 5280 §4.1.2.5',
  demand: 'The validity lies within that of the issuing CA.',
  check: (certificate, { issuer }) =>
    certificate.notBefore < certificate.notAfter &&
    certificate.notBefore >= issuer.notBefore &&
    certificate.notAfter <= issuer.notAfter,
}
