/** Seed values of a field (ISO 32000-2, tables 237 and 238): each demand met, and not met. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PrepareOptions } from '@cloudsigner/pades'
import { decodeTextString, PdfString } from '@cloudsigner/pdf'
import { certificatePolicies, keyUsage, toHex } from '@cloudsigner/pki'
import { makePdf } from '@cloudsigner/testing'
import { issue, issuing, root } from '../validate/authority.ts'
import { readSignature, signFile, signFileBy } from './signing.ts'

const signer = await issue('CN=Jane Doe,O=Bank,C=CZ', {
  issuer: issuing,
  serial: 70,
  extensions: [keyUsage('nonRepudiation'), certificatePolicies('1.2.3.4')],
})

const withSeed = (seed: string): Uint8Array =>
  makePdf([
    '<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [4 0 R]>>>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>>',
    '<</T (a) /FT /Sig /SV 5 0 R>>',
    `<</Type /SV ${seed}>>`,
  ])
const sign = (seed: string, options: Partial<PrepareOptions> = {}) =>
  signFileBy(signer, withSeed(seed), { fieldName: 'a', chain: [issuing.der], ...options })

const met: readonly (readonly [string, string, Partial<PrepareOptions>?])[] = [
  ['a wish that is not met', '/Filter /Other'],
  ['Filter', '/Ff 1 /Filter /Adobe.PPKLite'],
  ['SubFilter', '/Ff 2 /SubFilter [/adbe.pkcs7.detached /ETSI.CAdES.detached]'],
  ['V', '/Ff 4 /V 2'],
  ['Reasons', '/Ff 8 /Reasons [(yes) (no)]', { reason: 'no' }],
  ['no reason', '/Ff 8 /Reasons [(.)]'],
  ['AddRevInfo', '/Ff 32 /AddRevInfo false'],
  ['DigestMethod', '/Ff 64 /DigestMethod [(SHA1) (SHA256)]'],
  ['LockDocument', '/Ff 128 /LockDocument /auto'],
  ['MDP, an approval', '/MDP <</P 0>>'],
  ['TimeStamp', '/TimeStamp <</URL (http://tsa.example/) /Ff 1>>', { timestampTokenBytes: 4000 }],
  ['TimeStamp, a wish', '/TimeStamp <</URL (http://tsa.example/) /Ff 0>>'],
  ['Subject', `/Cert <</Ff 1 /Subject [<${toHex(signer.der)}>]>>`],
  ['Issuer', `/Cert <</Ff 2 /Issuer [<${toHex(issuing.der)}>]>>`],
  ['the issuer of the issuer', `/Cert <</Ff 2 /Issuer [<${toHex(root.der)}>]>>`],
  ['OID', '/Cert <</Ff 4 /OID [(9.9) (1.2.3.4)]>>'],
  ['SubjectDN', '/Cert <</Ff 8 /SubjectDN [<</CN (Other)>> <</CN (jane doe) /O (Bank)>>]>>'],
  ['KeyUsage', '/Cert <</Ff 32 /KeyUsage [(1) (X10)]>>'],
]
for (const [what, seed, options] of met)
  test(`${what}: met`, async () => {
    await sign(seed, options)
  })

const other = toHex((await issue('CN=Other', { extensions: [] })).der)
const unmet: readonly (readonly [string, string, Partial<PrepareOptions>?])[] = [
  ['Filter', '/Ff 1 /Filter /Other'],
  ['SubFilter', '/Ff 2 /SubFilter [/adbe.pkcs7.detached]'],
  ['Reasons', '/Ff 8 /Reasons [(yes) (no)]'],
  ['Reasons', '/Ff 8 /Reasons [(yes) (no)]', { reason: 'perhaps' }],
  ['Reasons', '/Ff 8 /Reasons [(.)]', { reason: 'any' }],
  ['DigestMethod', '/Ff 64 /DigestMethod [(SHA1) (SHA512)]'],
  ['MDP', '/MDP <</P 0>>', { certify: 1 }],
  ['MDP', '/MDP <</P 2>>', { certify: 1 }],
  ['TimeStamp', '/TimeStamp <</URL (http://tsa.example/) /Ff 1>>'],
  ['Cert/Subject', `/Cert <</Ff 1 /Subject [<${other}>]>>`],
  ['Cert/Issuer', `/Cert <</Ff 2 /Issuer [<${other}> <00>]>>`],
  ['Cert/OID', '/Cert <</Ff 4 /OID [(9.9)]>>'],
  ['Cert/SubjectDN', '/Cert <</Ff 8 /SubjectDN [<</CN (Jane Doe) /O (Other)>> 1]>>'],
  ['Cert/KeyUsage', '/Cert <</Ff 32 /KeyUsage [(1) (X0)]>>'],
]
for (const [what, seed, options] of unmet)
  test(`${what}: ${seed.slice(0, 60)} is not met`, async () => {
    await assert.rejects(sign(seed, options), { code: 'seed_values_unmet', message: new RegExp(`${what}$`) })
  })

for (const seed of [
  '/Ff 4 /V 9',
  '/Ff 16 /LegalAttestation [(x)]',
  '/Ff 32 /AddRevInfo true',
  '/Ff 128 /LockDocument /true',
  '/Ff 256 /AppearanceFilter (x)',
  '/MDP <</P 7>>',
])
  test(`${seed} is not supported`, async () => {
    await assert.rejects(sign(seed), { code: 'seed_values_unsupported' })
  })

test('the only reason that is allowed is given, where none was asked for', async () => {
  const { file } = await sign('/Ff 8 /Reasons [(I approve)]')
  const reason = (await readSignature(file, 'a')).dictionary.get('Reason')
  assert.ok(reason instanceof PdfString)
  assert.equal(decodeTextString(reason), 'I approve')
})

test('a field that demands a certification gets one; only the first signature can give it', async () => {
  const { file } = await sign('/MDP <</P 2>>')
  const { document, dictionary } = await readSignature(file, 'a')
  assert.ok(dictionary.has('Reference'))
  assert.ok((await document.catalog()).has('Perms'))
  const signed = await signFile(withSeed('/MDP <</P 2>>'))
  await assert.rejects(signFileBy(signer, signed.file, { fieldName: 'a' }), { code: 'certification_not_first' })
})
