/** Certificates for these tests, each described by what it says; keys are made anew and kept with the certificate. */
import {
  authorityKeyIdentifier,
  basicConstraints,
  type Certificate,
  type Extension,
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
  readonly name: string
  /** null: self-signed. */
  readonly issuer: Entity | null
  readonly serial?: number
  readonly key?: KeySigner
  readonly notBefore?: string
  readonly notAfter?: string
  /** Instead of those of an authority. */
  readonly extensions?: readonly Extension[]
}

export const at = new Date('2026-07-01T00:00:00Z')
export const caExtensions = [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')]
export const signerExtensions = [keyUsage('nonRepudiation')]

export async function issue(described: Described): Promise<Entity> {
  const key = described.key ?? (await generateKeySigner('P-256')).signer
  const issuer = described.issuer ?? null
  const issuerKey = issuer?.key ?? key
  const der = await issueCertificate(
    {
      serialNumber: Uint8Array.of(described.serial ?? 1),
      issuer: issuer?.certificate.subject ?? nameFromString(described.name),
      subject: nameFromString(described.name),
      notBefore: new Date(described.notBefore ?? '2026-01-01T00:00:00Z'),
      notAfter: new Date(described.notAfter ?? '2027-01-01T00:00:00Z'),
      subjectPublicKeyInfo: key.subjectPublicKeyInfo,
      extensions: [
        ...(described.extensions ?? caExtensions),
        subjectKeyIdentifier(keyIdentifierOf(key.subjectPublicKeyInfo, nodeCrypto)),
        authorityKeyIdentifier(keyIdentifierOf(issuerKey.subjectPublicKeyInfo, nodeCrypto)),
      ],
    },
    issuerKey,
  )
  return { der, certificate: parseCertificate(der), key }
}
