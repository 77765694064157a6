import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  buildCrl,
  crlDistributionPoint,
  derChildren,
  type Extension,
  encodeDer,
  encodeOid,
  extensionOids,
  keyIdentifierOf,
  readCrlStatus,
  readDer,
} from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { at, caExtensions, type Entity, issue, signerExtensions } from '../path/test-authority.ts'

const url = 'http://ca.example/one.crl'
const issuer = await issue({ name: 'CN=Issuing', issuer: null })
const signer = await issue({
  name: 'CN=Signer',
  issuer,
  serial: 7,
  extensions: [...signerExtensions, crlDistributionPoint(url)],
})
const authority = await issue({ name: 'CN=Sub', issuer, serial: 8, extensions: caExtensions })

/** A good CRL with one extension more, signed anew. */
async function crlWith(extension: Extension): Promise<Uint8Array> {
  const plain = await buildCrl(
    {
      issuer: issuer.certificate.subject,
      authorityKeyIdentifier: keyIdentifierOf(issuer.key.subjectPublicKeyInfo, nodeCrypto),
      crlNumber: 1n,
      thisUpdate: new Date(at.getTime() - 1000),
      nextUpdate: new Date(at.getTime() + 1000),
      entries: [],
    },
    issuer.key,
  )
  const [tbs] = derChildren(readDer(plain))
  const members = tbs === undefined ? [] : [...derChildren(tbs)]
  const [list] = derChildren(members.pop() ?? readDer(Uint8Array.of(0x30, 0)))
  assert.ok(list)
  const critical = encodeDer(0x01, Uint8Array.of(0xff))
  const encoded = encodeDer(0x30, encodeOid(extension.oid), critical, encodeDer(0x04, extension.value))
  const extended = encodeDer(0xa0, encodeDer(0x30, list.content, encoded))
  const tbsCertList = encodeDer(0x30, ...members.map(({ bytes }) => bytes), extended)
  const signature = encodeDer(0x03, Uint8Array.of(0), await issuer.key.sign(tbsCertList))
  return encodeDer(0x30, tbsCertList, issuer.key.signatureAlgorithm, signature)
}

async function statusUnder(extension: Extension, { certificate }: Entity = signer): Promise<string> {
  const question = { certificate, issuer: issuer.certificate, at, crypto: nodeCrypto }
  const status = await readCrlStatus(await crlWith(extension), question)
  return status.status === 'unknown' ? status.why : status.status
}

const scope = (...members: readonly Uint8Array[]): Extension => ({
  oid: extensionOids.issuingDistributionPoint,
  critical: true,
  value: encodeDer(0x30, ...members),
})
const flag = (tag: number) => encodeDer(tag, Uint8Array.of(0xff))
const point = (address: string) => encodeDer(0xa0, encodeDer(0xa0, encodeDer(0x86, new TextEncoder().encode(address))))

test('a CRL of the distribution point that the certificate names speaks for it, of another it does not (RFC 5280 §6.3.3 (b))', async () => {
  assert.equal(await statusUnder(scope(point(url))), 'good')
  assert.equal(await statusUnder(scope(point('http://ca.example/two.crl'))), 'not_applicable')
  const relative = encodeDer(0xa0, encodeDer(0xa1))
  assert.equal(await statusUnder(scope(relative)), 'not_applicable')
})

test('a CRL for users speaks for no authority, and the reverse (§5.2.5)', async () => {
  const [users, authorities] = [scope(flag(0x81)), scope(flag(0x82))]
  assert.equal(await statusUnder(users), 'good')
  assert.equal(await statusUnder(users, authority), 'not_applicable')
  assert.equal(await statusUnder(authorities), 'not_applicable')
  assert.equal(await statusUnder(authorities, authority), 'good')
  assert.equal(await statusUnder(scope(flag(0x85))), 'not_applicable')
})

test('indirect CRLs, delta CRLs, those of some reasons, and critical extensions unknown are refused', async () => {
  assert.equal(await statusUnder(scope(flag(0x84))), 'unsupported')
  assert.equal(await statusUnder(scope(encodeDer(0x83, Uint8Array.of(6, 0x40)))), 'unsupported')
  const delta = { oid: extensionOids.deltaCRLIndicator, critical: true, value: encodeDer(0x02, Uint8Array.of(1)) }
  assert.equal(await statusUnder(delta), 'unsupported')
  assert.equal(await statusUnder({ oid: '1.2.3.4', critical: true, value: encodeDer(0x05) }), 'unsupported')
})

test('a distribution point with a member that is not defined is malformed', async () => {
  assert.equal(await statusUnder(scope(flag(0x89))), 'malformed')
})
