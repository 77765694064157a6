/**
 * What RFC 5280 §4 demands of a conforming certificate and §6 does not look at. Authorities of the past broke many of
 * these; a caller decides whether a breach fails the path or is only told.
 */
import { extensionOids } from '../certificate/extension.ts'
import { assertConstraintForm, NameFormError } from './name-match.ts'
import type { PathCertificate } from './path-certificate.ts'

interface ProfileRule {
  readonly clause: string
  readonly demand: string
  readonly holds: (certificate: PathCertificate) => boolean
  /** Of a certificate below the anchor only. */
  readonly belowAnchor?: true
}

export interface ProfileDeviation {
  /** Section of RFC 5280. */
  readonly clause: string
  /** What the section demands. */
  readonly demand: string
  /** RFC 4514 name of the certificate that does not conform. */
  readonly subject: string
}

const MAX_SERIAL_OCTETS = 20

const rules: readonly ProfileRule[] = [
  {
    clause: '4.1.2.2',
    demand: 'the serial number is positive and at most 20 octets long',
    holds: ({ certificate: { serialNumber } }) =>
      /[^0]/.test(serialNumber) && serialNumber.length / 2 <= MAX_SERIAL_OCTETS && !serialNumber.startsWith('-'),
  },
  {
    clause: '4.1.2.6',
    demand: 'a certification authority has a subject',
    holds: (view) => !isCa(view) || view.subject.length > 0,
  },
  {
    clause: '4.2.1.1',
    demand: 'authorityKeyIdentifier is not critical',
    holds: (view) => !isCritical(view, extensionOids.authorityKeyIdentifier),
  },
  {
    clause: '4.2.1.1',
    demand: 'a certificate that is not self-signed has an authorityKeyIdentifier with a keyIdentifier',
    holds: (view) => view.selfIssued || view.certificate.extensions.authorityKeyIdentifier !== null,
    // It leads to the issuer, and nobody looks for that of an anchor.
    belowAnchor: true,
  },
  {
    clause: '4.2.1.2',
    demand: 'a certification authority has a subjectKeyIdentifier',
    holds: (view) => !isCa(view) || view.certificate.extensions.subjectKeyIdentifier !== null,
  },
  {
    clause: '4.2.1.2',
    demand: 'subjectKeyIdentifier is not critical',
    holds: (view) => !isCritical(view, extensionOids.subjectKeyIdentifier),
  },
  {
    clause: '4.2.1.3',
    demand: 'keyCertSign is asserted only by a certification authority',
    holds: (view) => isCa(view) || !hasKeyCertSign(view),
  },
  {
    clause: '4.2.1.6',
    demand: 'subjectAltName is critical where the subject is empty',
    holds: (view) => view.subject.length > 0 || isCritical(view, extensionOids.subjectAltName),
  },
  {
    clause: '4.2.1.6',
    demand: 'a dNSName is a host name',
    holds: (view) => (view.subjectAltName ?? []).every(isWellFormedDnsName),
  },
  {
    clause: '4.2.1.9',
    demand: 'basicConstraints of a certification authority is critical',
    holds: (view) => !isCa(view) || isCritical(view, extensionOids.basicConstraints),
  },
  {
    clause: '4.2.1.9',
    demand: 'pathLenConstraint stands only beside cA and keyCertSign',
    holds: (view) =>
      (view.certificate.extensions.basicConstraints?.pathLenConstraint ?? null) === null ||
      (isCa(view) && hasKeyCertSign(view)),
  },
  {
    clause: '4.2.1.10',
    demand: 'nameConstraints stands only in the certificate of a certification authority',
    holds: (view) => view.nameConstraints === null || isCa(view),
  },
]

/** Every rule that a certificate of the path, its anchor last, breaks. */
export function findProfileDeviations(path: readonly PathCertificate[]): readonly ProfileDeviation[] {
  return path.flatMap((view, index) =>
    rules
      .filter((rule) => !(rule.belowAnchor === true && index === path.length - 1) && !rule.holds(view))
      .map(({ clause, demand }) => ({ clause, demand, subject: view.certificate.subject.rfc4514 })),
  )
}

function isCa({ certificate }: PathCertificate): boolean {
  return certificate.extensions.basicConstraints?.ca === true
}

function hasKeyCertSign({ certificate }: PathCertificate): boolean {
  return certificate.extensions.keyUsage?.includes('keyCertSign') === true
}

function isCritical({ certificate }: PathCertificate, oid: string): boolean {
  return certificate.extensions.all.some((extension) => extension.oid === oid && extension.critical)
}

function isWellFormedDnsName(name: NonNullable<PathCertificate['subjectAltName']>[number]): boolean {
  if (name.kind !== 'dNSName') return true
  try {
    // RFC 9525 §6.3: an asterisk may stand for the whole leftmost label.
    assertConstraintForm({ kind: 'dNSName', value: name.value.replace(/^\*\./, '') })
    return name.value !== ''
  } catch (error) {
    if (error instanceof NameFormError) return false
    throw error
  }
}
