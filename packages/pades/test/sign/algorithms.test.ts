/** Every algorithm that signs, with the digest that it demands, and the keys that do not sign. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { digestAlgorithmFor, embedSignature, prepareSignature, validateSignatures } from '@cloudsigner/pades'
import { bytesSource } from '@cloudsigner/pdf'
import { defaultSignatureAlgorithm, type KeySigner, keyUsage, parseSignedData, rsassaPss } from '@cloudsigner/pki'
import { keySigner, nodeCrypto } from '@cloudsigner/pki/node'
import { makePdf } from '@cloudsigner/testing'
import { issue, issuing, root } from '../validate/authority.ts'
import { concatenated, readSignature } from './signing.ts'

const now = new Date('2026-07-01T12:00:00Z')
const source = makePdf()
const ec = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey
const rsa = (modulusLength: number): KeyObject => generateKeyPairSync('rsa', { modulusLength }).privateKey

const rsa3072 = rsa(3072)
const algorithms: readonly (readonly [string, KeySigner, string])[] = [
  ['ECDSA P-256', keySigner(ec('P-256')), 'SHA-256'],
  ['ECDSA P-384', keySigner(ec('P-384')), 'SHA-384'],
  ['ECDSA P-521', keySigner(ec('P-521')), 'SHA-512'],
  ['ECDSA brainpoolP256r1', keySigner(ec('brainpoolP256r1')), 'SHA-256'],
  ['ECDSA brainpoolP384r1', keySigner(ec('brainpoolP384r1')), 'SHA-384'],
  ['ECDSA brainpoolP512r1', keySigner(ec('brainpoolP512r1')), 'SHA-512'],
  ['RSA PKCS #1', keySigner(rsa3072), 'SHA-256'],
  ['RSA PKCS #1, SHA-512', keySigner(rsa3072, { hash: 'SHA-512' }), 'SHA-512'],
  ['RSASSA-PSS', keySigner(rsa3072, { scheme: 'PSS' }), 'SHA-256'],
  ['RSASSA-PSS, SHA-384', keySigner(rsa3072, { scheme: 'PSS', hash: 'SHA-384' }), 'SHA-384'],
  [
    'RSASSA-PSS key',
    keySigner(generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha512' }).privateKey),
    'SHA-512',
  ],
  ['Ed25519', keySigner(generateKeyPairSync('ed25519').privateKey), 'SHA-512'],
  ['ML-DSA-44', keySigner(generateKeyPairSync('ml-dsa-44').privateKey), 'SHA-512'],
  ['ML-DSA-65', keySigner(generateKeyPairSync('ml-dsa-65').privateKey), 'SHA-512'],
  ['ML-DSA-87', keySigner(generateKeyPairSync('ml-dsa-87').privateKey), 'SHA-512'],
]

for (const [name, key, digest] of algorithms)
  test(`${name} signs over ${digest}, in exactly the space that was kept`, async () => {
    const by = await issue(`CN=${name.replace(',', '')}`, {
      issuer: issuing,
      serial: 7,
      key,
      extensions: [keyUsage('nonRepudiation')],
    })
    const { signatureAlgorithm } = key
    const prepared = await prepareSignature(bytesSource(source), {
      certificate: by.der,
      chain: [issuing.der],
      signingTime: now,
      signatureAlgorithm,
      crypto: nodeCrypto,
    })
    assert.equal(prepared.plan.digestAlgorithm, digest)
    assert.equal(digestAlgorithmFor(by.der, signatureAlgorithm), digest)
    const segment = await embedSignature(prepared.plan, await key.sign(prepared.signedAttributes), {
      crypto: nodeCrypto,
    })
    const file = concatenated(source, segment)
    const { contents } = await readSignature(file, prepared.plan.fieldName)
    const [signerInfo] = parseSignedData(contents).signerInfos
    assert.deepEqual(signerInfo?.signatureAlgorithm, signatureAlgorithm)
    // ECDSA values are up to two octets shorter; and fewer length octets then.
    const end = contents.findLastIndex((octet) => octet !== 0)
    assert.ok(contents.length - end <= 8, `${contents.length - end} octets too many`)
    const { signatures } = await validateSignatures(bytesSource(file), {
      trustAnchors: [root.der],
      at: now,
      revocation: 'off',
      crypto: nodeCrypto,
    })
    assert.deepEqual(
      signatures.map(({ indication, level }) => [indication, level]),
      [['TOTAL_PASSED', 'B-B']],
    )
  })

const ecKey = keySigner(ec('P-256'))
const pssKey = keySigner(generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha512' }).privateKey)
const refusals: readonly (readonly [string, KeySigner, Uint8Array | undefined])[] = [
  ['an RSA key of 1024 bits', keySigner(rsa(1024)), undefined],
  ['an RSA signature by a key on a curve', ecKey, rsassaPss('SHA-256')],
  ['PKCS #1 by a key for RSASSA-PSS', pssKey, defaultSignatureAlgorithm(keySigner(rsa3072).subjectPublicKeyInfo)],
  ['another hash than the key is for', pssKey, rsassaPss('SHA-256')],
  ['what is no algorithm', ecKey, Uint8Array.of(5, 0)],
]
for (const [what, key, signatureAlgorithm] of refusals)
  test(`refuses ${what}: certificate_unsupported`, async () => {
    const by = await issue('CN=Other', { issuer: issuing, serial: 8, key, extensions: [keyUsage('nonRepudiation')] })
    const options = { certificate: by.der, chain: [issuing.der], signingTime: now, crypto: nodeCrypto }
    await assert.rejects(
      prepareSignature(bytesSource(source), { ...options, ...(signatureAlgorithm && { signatureAlgorithm }) }),
      { code: 'certificate_unsupported' },
    )
  })
