/** The signer of the benchmark: a P-256 key and its certificate from a CA that lives as long as the run. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { basicConstraints, issueCertificate, keyUsage, nameFromString } from '@cloudsigner/pki'
import { keySigner } from '@cloudsigner/pki/node'

export interface Identity {
  readonly certificate: Uint8Array
  readonly chain: readonly Uint8Array[]
  /** ECDSA over SHA-256, DER, in this thread: what every contender signs with. */
  sign(data: Uint8Array): Uint8Array
}

export async function makeIdentity(): Promise<Identity> {
  const ca = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const caName = 'CN=Benchmark Issuing CA,O=CloudSigner,C=CZ'
  const caCertificate = await issue(1, caName, ca.privateKey, ca.privateKey, caName, true)
  const certificate = await issue(2, 'CN=Benchmark Signer,C=CZ', leaf.privateKey, ca.privateKey, caName, false)
  return {
    certificate,
    chain: [caCertificate],
    sign: (data) => new Uint8Array(sign('sha256', data, leaf.privateKey)),
  }
}

function issue(
  serialNumber: number,
  subject: string,
  key: KeyObject,
  issuerKey: KeyObject,
  issuer: string,
  isCa: boolean,
): Promise<Uint8Array> {
  return issueCertificate(
    {
      serialNumber: Uint8Array.of(serialNumber),
      issuer: nameFromString(issuer),
      subject: nameFromString(subject),
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2036-01-01T00:00:00Z'),
      subjectPublicKeyInfo: keySigner(key).subjectPublicKeyInfo,
      extensions: isCa ? [basicConstraints(true), keyUsage('keyCertSign')] : [keyUsage('nonRepudiation')],
    },
    keySigner(issuerKey),
  )
}
