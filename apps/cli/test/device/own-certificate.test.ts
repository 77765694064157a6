import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { issueCertificate, type KeySigner, nameFromString } from '@cloudsigner/pki'
import { generateKeySigner } from '@cloudsigner/pki/node'
import {
  type KnownCertificates,
  learnCertificate,
  memoryCertificates,
  requireOwnKey,
} from '../../src/device/own-certificate.ts'

let [key, other, deviceKey]: KeySigner[] = []
let pinned: Uint8Array
before(async () => {
  key = (await generateKeySigner('P-256')).signer
  other = (await generateKeySigner('P-256')).signer
  deviceKey = (await generateKeySigner('P-256')).signer
  pinned = await certificateFor(key)
})

async function certificateFor(of = key, subject = 'CN=Alice', until = 2030): Promise<Uint8Array> {
  assert.ok(of)
  return issueCertificate(
    {
      serialNumber: crypto.getRandomValues(new Uint8Array(8)).map((octet) => octet & 0x7f || 1),
      issuer: nameFromString('CN=Test CA'),
      subject: nameFromString(subject),
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date(`${until}-01-01T00:00:00Z`),
      subjectPublicKeyInfo: of.subjectPublicKeyInfo,
      extensions: [],
    },
    of,
  )
}

/** What a phone with the device key `own` knows. */
async function known(...certificates: readonly Uint8Array[]) {
  const own = memoryCertificates()
  for (const certificate of certificates.toReversed()) await own.add(certificate)
  return own
}
const device = () => deviceKey?.subjectPublicKeyInfo ?? assert.fail('no key')
const learn = (certificate: Uint8Array, certificates: KnownCertificates) =>
  learnCertificate(certificate, certificates, device())

test('the pinned certificate, and a renewed one, which is known from then on', async () => {
  const certificates = await known(pinned)
  await learn(pinned, certificates)
  assert.deepEqual(await certificates.list(), [pinned])
  const renewed = await certificateFor(key, 'CN=Alice', 2031)
  await learn(renewed, certificates)
  assert.deepEqual(await certificates.list(), [renewed, pinned])
})

test('no other: of another key, for another person, older, or none at all', async () => {
  const certificates = await known(pinned)
  const others = [
    await certificateFor(other, 'CN=Alice', 2031),
    await certificateFor(key, 'CN=Malice', 2031),
    await certificateFor(key, 'CN=Alice', 2029),
    await certificateFor(key, 'CN=Alice', 2030),
    Uint8Array.of(0x30, 0),
  ]
  for (const certificate of others) {
    await assert.rejects(learn(certificate, certificates), { code: 'certificate_not_pinned' })
  }
  assert.deepEqual(await certificates.list(), [pinned])
})

test("one for the phone's own key proves itself, and pins no other key", async () => {
  const own = await certificateFor(deviceKey, 'CN=Alice')
  const certificates = await known()
  await learn(own, certificates)
  assert.deepEqual(await certificates.list(), [own])
  await assert.rejects(learn(pinned, certificates), { code: 'certificate_other_key' })
  await assert.rejects(learn(Uint8Array.of(1), await known()), { code: 'certificate_other_key' })
})

test('a phone remembers few, and forgets the oldest', async () => {
  const all = await Promise.all(Array.from({ length: 10 }, (_, index) => certificateFor(key, 'CN=Alice', 2040 - index)))
  const certificates = await known(...all)
  assert.deepEqual(await certificates.list(), all.slice(0, 8))
})

test("at an enrolment in External mode: the phone's own key alone", () => {
  assert.ok(key && other)
  assert.deepEqual(requireOwnKey(pinned, key.subjectPublicKeyInfo).der, pinned)
  const foreign = other.subjectPublicKeyInfo
  assert.throws(() => requireOwnKey(pinned, foreign), { code: 'certificate_other_key' })
  assert.throws(() => requireOwnKey(Uint8Array.of(1), foreign), { code: 'certificate_other_key' })
})
