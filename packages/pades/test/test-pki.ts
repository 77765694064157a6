/** The PKI of these tests: root P-384 → issuing CA P-256 → signer P-256 (or another curve), all made anew in memory. */
import {
  authorityKeyIdentifier,
  basicConstraints,
  type Extension,
  issueCertificate,
  type KeySigner,
  keyIdentifierOf,
  keyUsage,
  nameFromString,
  subjectKeyIdentifier,
} from '@cloudsigner/pki'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'

export interface TestPki {
  readonly root: Uint8Array
  readonly issuing: Uint8Array
  readonly certificate: Uint8Array
  readonly signer: KeySigner
}

const notBefore = new Date('2026-01-01T00:00:00Z')
const notAfter = new Date('2036-01-01T00:00:00Z')

interface Subject {
  readonly serial: Uint8Array
  readonly name: string
  readonly key: KeySigner
  readonly extensions: readonly Extension[]
}

async function issue(subject: Subject, issuerName: string, issuer: KeySigner): Promise<Uint8Array> {
  const keyIdentifier = keyIdentifierOf(subject.key.subjectPublicKeyInfo, nodeCrypto)
  return issueCertificate(
    {
      serialNumber: subject.serial,
      issuer: nameFromString(issuerName),
      subject: nameFromString(subject.name),
      notBefore,
      notAfter,
      subjectPublicKeyInfo: subject.key.subjectPublicKeyInfo,
      extensions: [
        ...subject.extensions,
        subjectKeyIdentifier(keyIdentifier),
        authorityKeyIdentifier(keyIdentifierOf(issuer.subjectPublicKeyInfo, nodeCrypto)),
      ],
    },
    issuer,
  )
}

export async function makeTestPki(
  curve: 'P-256' | 'P-384' = 'P-256',
  serialNumber = Uint8Array.of(3),
): Promise<TestPki> {
  const rootName = 'CN=Test Root,O=CloudSigner,C=CZ'
  const issuingName = 'CN=Test Issuing CA,O=CloudSigner,C=CZ'
  const { signer: rootKey } = await generateKeySigner('P-384')
  const { signer: issuingKey } = await generateKeySigner('P-256')
  const { signer } = await generateKeySigner(curve)
  const ca = [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')]
  const root = await issue(
    { serial: Uint8Array.of(1), name: rootName, key: rootKey, extensions: ca },
    rootName,
    rootKey,
  )
  const issuing = await issue(
    { serial: Uint8Array.of(2), name: issuingName, key: issuingKey, extensions: ca },
    rootName,
    rootKey,
  )
  const extensions = [keyUsage('nonRepudiation')]
  const certificate = await issue(
    { serial: serialNumber, name: 'CN=Test Signer,C=CZ', key: signer, extensions },
    issuingName,
    issuingKey,
  )
  return { root, issuing, certificate, signer }
}
