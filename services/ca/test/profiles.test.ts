import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  authorityInfoAccess,
  authorityKeyIdentifier,
  basicConstraints,
  buildTbsCertificate,
  type Certificate,
  certificatePolicies,
  crlDistributionPoint,
  type Extension,
  issueCertificate,
  type KeySigner,
  keyIdentifierOf,
  keyUsage,
  nameFromString,
  parseCertificate,
  subjectKeyIdentifier,
  type TbsCertificateFields,
} from '@cloudsigner/pki'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'
import { LintedCertificate } from '../src/domain/linted-certificate.ts'
import { CaProblem } from '../src/domain/problem.ts'
import { certificateProfiles } from '../src/domain/profiles/profiles.ts'
import { aliceDn } from './fixture.ts'

describe('the signer profile, a rule at a time', () => {
  const notBefore = new Date('2026-06-01T00:00:00Z')
  const notAfter = new Date('2027-05-31T23:59:59Z')
  const profile = certificateProfiles.get('CLOUDSIGNER_SIGNER') ?? assert.fail()
  let issuer: Certificate
  let issuerSigner: KeySigner
  let signer: KeySigner
  let good: TbsCertificateFields
  let extensions: Readonly<Record<string, Extension>>
  before(async () => {
    ;({ signer: issuerSigner } = await generateKeySigner('P-256'))
    ;({ signer } = await generateKeySigner('P-256'))
    const name = nameFromString('CN=CA,C=CZ')
    const keyIdentifier = keyIdentifierOf(issuerSigner.subjectPublicKeyInfo, nodeCrypto)
    const der = await issueCertificate(
      {
        serialNumber: Uint8Array.of(1),
        issuer: name,
        subject: name,
        notBefore,
        notAfter,
        subjectPublicKeyInfo: issuerSigner.subjectPublicKeyInfo,
        extensions: [basicConstraints(true), subjectKeyIdentifier(keyIdentifier)],
      },
      issuerSigner,
    )
    issuer = parseCertificate(der)
    extensions = {
      usage: keyUsage('nonRepudiation'),
      subjectKey: subjectKeyIdentifier(new Uint8Array(20)),
      authorityKey: authorityKeyIdentifier(keyIdentifier),
      policies: certificatePolicies('0.4.0.2042.1.1'),
      crl: crlDistributionPoint('http://pki.example.com/crl'),
      access: authorityInfoAccess({ ocsp: 'http://pki.example.com/ocsp', caIssuers: 'http://pki.example.com/ca' }),
    }
    good = {
      serialNumber: new Uint8Array(16).fill(0x11),
      issuer: issuer.subject,
      subject: nameFromString(`serialNumber=1,${aliceDn}`),
      notBefore,
      notAfter,
      subjectPublicKeyInfo: signer.subjectPublicKeyInfo,
      signatureAlgorithm: issuerSigner.signatureAlgorithm,
      extensions: Object.values(extensions),
    }
  })
  const lint = (change: Partial<TbsCertificateFields> = {}) =>
    LintedCertificate.lint(buildTbsCertificate({ ...good, ...change }), profile, { issuer })
  const but = (change: Readonly<Record<string, Extension | null>>) => ({
    extensions: Object.values({ ...extensions, ...change }).filter((extension) => extension !== null),
  })

  test('a certificate that keeps them all is signed, as it was linted', async () => {
    const linted = lint()
    const certificate = parseCertificate(await linted.sign(issuerSigner))
    assert.deepEqual(certificate.tbsCertificate, linted.tbsCertificate)
  })

  test('what is handed out of it cannot change what is signed', async () => {
    const linted = lint()
    linted.tbsCertificate.fill(0)
    parseCertificate(await linted.sign(issuerSigner))
  })

  const critical = (extension: Extension | undefined): Extension => ({
    ...(extension ?? assert.fail()),
    critical: true,
  })
  const cases: readonly (readonly [string, () => Partial<TbsCertificateFields>, RegExp])[] = [
    ['a short serial number', () => ({ serialNumber: new Uint8Array(8).fill(0x11) }), /RFC 5280 §4\.1\.2\.2/],
    ['another issuer', () => ({ issuer: nameFromString('CN=ca,C=CZ') }), /§4\.1\.2\.4/],
    ['a validity that begins before the CA', () => ({ notBefore: new Date('2026-05-31T23:59:59Z') }), /§4\.1\.2\.5/],
    ['a validity that ends after the CA', () => ({ notAfter: new Date('2027-06-01T00:00:00Z') }), /§4\.1\.2\.5/],
    ['no authority key identifier', () => but({ authorityKey: null }), /§4\.2\.1\.1/],
    [
      'the key identifier of another CA',
      () => but({ authorityKey: authorityKeyIdentifier(new Uint8Array(20)) }),
      /§4\.2\.1\.1/,
    ],
    ['no subject key identifier', () => but({ subjectKey: null }), /§4\.2\.1\.2/],
    ['a critical subject key identifier', () => but({ subjectKey: critical(extensions.subjectKey) }), /§4\.2\.1\.2/],
    ['a CA', () => but({ constraints: basicConstraints(true) }), /§4\.2\.1\.9/],
    ['critical certificate policies', () => but({ policies: critical(extensions.policies) }), /RFC 5280 §4\.2\)/],
    ['no CRL', () => but({ crl: null }), /§4\.2\.1\.13/],
    ['a CRL by https', () => but({ crl: crlDistributionPoint('https://pki.example.com/crl') }), /§4\.2\.1\.13/],
    ['no OCSP', () => but({ access: authorityInfoAccess({ caIssuers: 'http://pki.example.com/ca' }) }), /§4\.2\.2\.1/],
    [
      'no issuer to fetch',
      () => but({ access: authorityInfoAccess({ ocsp: 'http://pki.example.com/ocsp' }) }),
      /§4\.2\.2\.1/,
    ],
    ['another key usage', () => but({ usage: keyUsage('digitalSignature') }), /§4\.2\.1\.3/],
    ['one key usage more', () => but({ usage: keyUsage('nonRepudiation', 'digitalSignature') }), /§4\.2\.1\.3/],
    [
      'a key usage that is not critical',
      () => but({ usage: { ...keyUsage('nonRepudiation'), critical: false } }),
      /§4\.2\.1\.3/,
    ],
    ['no NCP', () => but({ policies: certificatePolicies('2.999.1') }), /EN 319 411-1/],
    ['no country', () => ({ subject: nameFromString('CN=a,givenName=a,serialNumber=1') }), /one country/],
    ['no common name', () => ({ subject: nameFromString('C=CZ,givenName=a,serialNumber=1') }), /one common name/],
    ['nobody named', () => ({ subject: nameFromString('C=CZ,CN=a,serialNumber=1') }), /pseudonym/],
    ['no serial number of the subject', () => ({ subject: nameFromString(aliceDn) }), /namesakes/],
    ['an empty subject', () => ({ subject: nameFromString('') }), /§4\.1\.2\.6/],
  ]
  for (const [name, change, message] of cases) {
    test(`refuses ${name}`, () => {
      assert.throws(
        () => lint(change()),
        (error) => error instanceof CaProblem && error.code === 'profile_violation' && message.test(error.message),
      )
    })
  }

  test('refuses a key on another curve', async () => {
    const { generateKeyPairSync } = await import('node:crypto')
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-521' })
    const subjectPublicKeyInfo = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))
    assert.throws(() => lint({ subjectPublicKeyInfo }), /TS 119 312/)
  })
})
