import { bytesEqual, extensionOids, findExtension, type KeyUsage } from '@cloudsigner/pki'
import type { Rule } from '../rule.ts'

export const authorityKeyIdentifier: Rule = {
  clause: 'RFC 5280 §4.2.1.1',
  demand: "The authority key identifier is the issuing CA's subject key identifier, and not critical.",
  check: ({ extensions }, { issuer }) => {
    const ours = extensions.authorityKeyIdentifier
    const theirs = issuer.extensions.subjectKeyIdentifier
    const extension = findExtension(extensions.all, extensionOids.authorityKeyIdentifier)
    return ours !== null && theirs !== null && bytesEqual(ours, theirs) && extension?.critical === false
  },
}

export const subjectKeyIdentifier: Rule = {
  clause: 'RFC 5280 §4.2.1.2',
  demand: 'A subject key identifier is there, and not critical.',
  check: ({ extensions }) => findExtension(extensions.all, extensionOids.subjectKeyIdentifier)?.critical === false,
}

/** Exactly these bits, critical. */
export const keyUsage = (...usages: readonly KeyUsage[]): Rule => ({
  clause: 'RFC 5280 §4.2.1.3',
  demand: `The key usage is ${usages.join(' and ')} alone, and critical.`,
  check: ({ extensions }) => {
    const found = extensions.keyUsage ?? []
    const isCritical = findExtension(extensions.all, extensionOids.keyUsage)?.critical === true
    return isCritical && found.length === usages.length && usages.every((usage) => found.includes(usage))
  },
})

export const notCa: Rule = {
  clause: 'RFC 5280 §4.2.1.9',
  demand: 'The subject is not a CA.',
  check: ({ extensions }) => extensions.basicConstraints?.ca !== true,
}

const criticalOnes: readonly string[] = [
  extensionOids.keyUsage,
  extensionOids.extKeyUsage,
  extensionOids.basicConstraints,
]

export const criticality: Rule = {
  clause: 'RFC 5280 §4.2',
  demand: 'No extension is critical but key usage, extended key usage and basic constraints.',
  check: ({ extensions }) => extensions.all.every(({ critical, oid }) => !critical || criticalOnes.includes(oid)),
}

export const revocationInformation: Rule = {
  clause: 'RFC 5280 §4.2.1.13 and §4.2.2.1',
  demand: 'CRL, OCSP and issuer are named by http URLs.',
  check: ({ extensions: { crlUrls, ocspUrls, caIssuerUrls } }) =>
    [crlUrls, ocspUrls, caIssuerUrls].every((urls) => urls.length > 0 && urls.every((url) => /^http:\/\//.test(url))),
}
