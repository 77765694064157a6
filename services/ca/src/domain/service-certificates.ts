import {
  type AlternativeName,
  authorityInfoAccess,
  authorityKeyIdentifier,
  basicConstraints,
  buildName,
  type Certificate,
  type CryptoProvider,
  certificatePolicies,
  crlDistributionPoint,
  type Extension,
  extKeyUsage,
  keyIdentifierOf,
  keyUsage,
  type Name,
  ocspNoCheck,
  subjectAltName,
  subjectKeyIdentifier,
} from '@cloudsigner/pki'
import type { CaNames } from '../config.ts'
import { wellKnownNames } from '../config.ts'
import { subjectAttributes } from './profiles/subject-attributes.ts'
import type { AuthorityUrls } from './public-urls.ts'
import type { Role } from './roles.ts'

/** What this service's own certificates say, beside subject key, serial number and validity. */
export interface CertificateShape {
  readonly subject: Name
  readonly extensions: readonly Extension[]
}

const anyPolicy = '2.5.29.32.0'
const purposes = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
}

export const commonNames: Readonly<Record<Role, string>> = {
  root: 'CloudSigner Root CA',
  issuing: wellKnownNames.caName,
  management: 'CloudSigner Management CA',
  ocsp: 'CloudSigner OCSP Responder',
  tsa: 'CloudSigner Time-Stamping Unit',
  tls: 'CloudSigner CA',
  administrator: 'CloudSigner Administrator',
}

export interface ShapeContext {
  readonly names: CaNames
  readonly crypto: Pick<CryptoProvider, 'digest'>
  /** Null for a self-signed certificate. */
  readonly issuer: { readonly certificate: Certificate; readonly urls: AuthorityUrls } | null
  readonly subjectPublicKeyInfo: Uint8Array
  /** For the TLS server. */
  readonly hosts: readonly AlternativeName[]
}

/** EN 319 412-3 §4.2.1 names a legal person: country, organisation, its identifier, common name. */
function serviceName(role: Role, names: CaNames): Name {
  return buildName([
    [{ type: subjectAttributes.countryName, value: names.country }],
    [{ type: subjectAttributes.organizationName, value: names.organization }],
    [{ type: subjectAttributes.organizationIdentifier, value: names.organizationIdentifier }],
    [{ type: subjectAttributes.commonName, value: commonNames[role] }],
  ])
}

export function serviceCertificateShape(role: Role, context: ShapeContext): CertificateShape {
  const { issuer, crypto, subjectPublicKeyInfo } = context
  const issuerKey = issuer?.certificate.extensions.subjectKeyIdentifier
  return {
    subject: serviceName(role, context.names),
    extensions: [
      ...usages[role](context),
      subjectKeyIdentifier(keyIdentifierOf(subjectPublicKeyInfo, crypto)),
      ...(issuerKey ? [authorityKeyIdentifier(issuerKey)] : []),
    ],
  }
}

const revocationPointers = ({ issuer }: ShapeContext): readonly Extension[] =>
  issuer
    ? [
        crlDistributionPoint(issuer.urls.crl),
        authorityInfoAccess({ ocsp: issuer.urls.ocsp, caIssuers: issuer.urls.caIssuers }),
      ]
    : []

const usages: Readonly<Record<Role, (context: ShapeContext) => readonly Extension[]>> = {
  root: () => [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')],
  management: () => [basicConstraints(true, 0), keyUsage('keyCertSign', 'cRLSign')],
  issuing: ({ issuer }) => [
    basicConstraints(true, 0),
    keyUsage('keyCertSign', 'cRLSign'),
    certificatePolicies(anyPolicy),
    // The root answers by CRL alone: its key is not put to a delegated responder's certificate.
    ...(issuer
      ? [crlDistributionPoint(issuer.urls.crl), authorityInfoAccess({ caIssuers: issuer.urls.caIssuers })]
      : []),
  ],
  // RFC 6960 §4.2.2.2.1: nocheck, for a responder that answers about itself would prove nothing.
  ocsp: () => [keyUsage('digitalSignature'), extKeyUsage([purposes.ocspSigning]), ocspNoCheck()],
  // RFC 3161 §2.3: this purpose alone, critical.
  tsa: (context) => [
    keyUsage('digitalSignature'),
    extKeyUsage([purposes.timeStamping], true),
    ...revocationPointers(context),
  ],
  tls: ({ hosts }) => [keyUsage('digitalSignature'), extKeyUsage([purposes.serverAuth]), subjectAltName(...hosts)],
  administrator: () => [keyUsage('digitalSignature'), extKeyUsage([purposes.clientAuth])],
}
