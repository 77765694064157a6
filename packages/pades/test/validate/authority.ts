/** The PKI of the validation tests: each certificate is described by what it says, its key kept beside it. */
import {
  authorityInfoAccess,
  authorityKeyIdentifier,
  basicConstraints,
  buildCrl,
  type Certificate,
  type CrlReason,
  crlDistributionPoint,
  type Extension,
  extKeyUsage,
  issueCertificate,
  type KeySigner,
  keyIdentifierOf,
  keyUsage,
  nameFromString,
  parseCertificate,
  subjectKeyIdentifier,
} from '@cloudsigner/pki'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'

export interface Entity {
  readonly der: Uint8Array
  readonly certificate: Certificate
  readonly key: KeySigner
}

export interface Described {
  readonly issuer?: Entity
  readonly serial?: number
  readonly key?: KeySigner
  readonly extensions: readonly Extension[]
  readonly notBefore?: string
  readonly notAfter?: string
}

export async function issue(name: string, described: Described): Promise<Entity> {
  const { issuer, serial = 1, extensions, notBefore = '2026-01-01', notAfter = '2028-01-01' } = described
  const key = described.key ?? (await generateKeySigner('P-256')).signer
  const der = await issueCertificate(
    {
      serialNumber: Uint8Array.of(serial),
      issuer: issuer?.certificate.subject ?? nameFromString(name),
      subject: nameFromString(name),
      notBefore: new Date(`${notBefore}T00:00:00Z`),
      notAfter: new Date(`${notAfter}T00:00:00Z`),
      subjectPublicKeyInfo: key.subjectPublicKeyInfo,
      extensions: [
        ...extensions,
        subjectKeyIdentifier(keyIdentifierOf(key.subjectPublicKeyInfo, nodeCrypto)),
        authorityKeyIdentifier(keyIdentifierOf((issuer?.key ?? key).subjectPublicKeyInfo, nodeCrypto)),
      ],
    },
    issuer?.key ?? key,
  )
  return { der, certificate: parseCertificate(der), key }
}

export const timeStamping = '1.3.6.1.5.5.7.3.8'
export const authorityExtensions = [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')]
export const crlUrl = (name: string): string => `http://ca.example/${name}.crl`

const addresses = (name: string) => [
  crlDistributionPoint(crlUrl(name)),
  authorityInfoAccess({ caIssuers: 'http://ca.example/' }),
]

export const root = await issue('CN=Root', { extensions: authorityExtensions, notAfter: '2046-01-01' })
export const issuing = await issue('CN=Issuing', {
  issuer: root,
  serial: 2,
  extensions: [...authorityExtensions, ...addresses('root')],
  notAfter: '2036-01-01',
})
export const signer = await issue('CN=Signer', {
  issuer: issuing,
  serial: 3,
  extensions: [keyUsage('nonRepudiation'), ...addresses('issuing')],
})
export const tsa = await issue('CN=Time', {
  issuer: root,
  serial: 4,
  extensions: [keyUsage('digitalSignature'), extKeyUsage([timeStamping], true), ...addresses('root')],
  notAfter: '2036-01-01',
})

export interface CrlDescription {
  readonly thisUpdate?: string
  readonly nextUpdate?: string
  readonly revoked?: readonly { readonly entity: Entity; readonly at: string; readonly reason?: CrlReason }[]
}

export function crlOf(issuer: Entity, described: CrlDescription = {}): Promise<Uint8Array> {
  const { thisUpdate = '2026-06-30T00:00:00Z', nextUpdate = '2026-07-07T00:00:00Z', revoked = [] } = described
  return buildCrl(
    {
      issuer: issuer.certificate.subject,
      authorityKeyIdentifier: keyIdentifierOf(issuer.certificate.subjectPublicKeyInfo, nodeCrypto),
      crlNumber: 1n,
      thisUpdate: new Date(thisUpdate),
      nextUpdate: new Date(nextUpdate),
      entries: revoked.map(({ entity, at, reason = null }) => ({
        serialNumber: entity.certificate.serialNumber,
        revocationDate: new Date(at),
        reason,
        invalidityDate: null,
      })),
    },
    issuer.key,
  )
}
