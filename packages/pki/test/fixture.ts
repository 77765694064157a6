import {
  authorityInfoAccess,
  authorityKeyIdentifier,
  basicConstraints,
  type Certificate,
  certificatePolicies,
  crlDistributionPoint,
  type Extension,
  extKeyUsage,
  issueCertificate,
  type KeySigner,
  keyIdentifierOf,
  keyUsage,
  type Name,
  nameFromString,
  parseCertificate,
  subjectKeyIdentifier,
} from '@cloudsigner/pki'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

export interface Party {
  readonly certificate: Certificate
  readonly signer: KeySigner
}

export const notBefore = new Date('2026-06-01T00:00:00Z')
export const notAfter = new Date('2027-05-31T23:59:59Z')

let serial = 0

async function party(name: Name, curve: 'P-256' | 'P-384', issuer: Party | null, extensions: readonly Extension[]) {
  const { signer } = await generateKeySigner(curve)
  const der = await issueCertificate(
    {
      serialNumber: Uint8Array.of(0x81, ++serial),
      issuer: issuer?.certificate.subject ?? name,
      subject: name,
      notBefore,
      notAfter,
      subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
      extensions: [
        ...extensions,
        subjectKeyIdentifier(keyIdentifierOf(signer.subjectPublicKeyInfo, nodeCrypto)),
        ...(issuer?.certificate.extensions.subjectKeyIdentifier
          ? [authorityKeyIdentifier(issuer.certificate.extensions.subjectKeyIdentifier)]
          : []),
      ],
    },
    issuer?.signer ?? signer,
  )
  return { certificate: parseCertificate(der), signer }
}

export const urls = {
  crl: 'http://pki.example.com/ca.crl',
  ocsp: 'http://pki.example.com/ocsp',
  caIssuers: 'http://pki.example.com/ca.cer',
}

/** A root and a signer below it. */
export async function testPki(): Promise<{ root: Party; alice: Party }> {
  const root = await party(nameFromString('CN=Test Root,O=Žluťoučký kůň\\, s.r.o.,C=CZ'), 'P-384', null, [
    basicConstraints(true, 0),
    keyUsage('keyCertSign', 'cRLSign'),
  ])
  const alice = await party(nameFromString('CN=Alice+serialNumber=1,C=CZ'), 'P-256', root, [
    keyUsage('nonRepudiation'),
    extKeyUsage(['1.3.6.1.5.5.7.3.8'], true),
    certificatePolicies('0.4.0.2042.1.1', '2.999.1'),
    crlDistributionPoint(urls.crl),
    authorityInfoAccess({ ocsp: urls.ocsp, caIssuers: urls.caIssuers }),
  ])
  return { root, alice }
}

/** Same structure, one octet of the content at `index` changed: for negative cases. */
export function tampered(bytes: Uint8Array, index: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  const at = index < 0 ? copy.length + index : index
  copy[at] = (copy[at] ?? 0) ^ 0x01
  return copy
}
