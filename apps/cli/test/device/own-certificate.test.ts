import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { issueCertificate, type KeySigner, nameFromString } from '@cloudsigner/pki'
import { generateKeySigner } from '@cloudsigner/pki/node'
import { memoryPin, requireOwnKey, requirePinned } from '../../src/device/own-certificate.ts'

let [key, other]: KeySigner[] = []
let pinned: Uint8Array
before(async () => {
  key = (await generateKeySigner('P-256')).signer
  other = (await generateKeySigner('P-256')).signer
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

async function pinOf(certificate: Uint8Array) {
  const pin = memoryPin()
  await pin.save(certificate)
  return pin
}

test('the pinned certificate, and a renewed one, which is pinned from then on', async () => {
  const pin = await pinOf(pinned)
  assert.deepEqual((await requirePinned(pinned, pin)).der, pinned)
  const renewed = await certificateFor(key, 'CN=Alice', 2031)
  assert.deepEqual((await requirePinned(renewed, pin)).der, renewed)
  assert.deepEqual(await pin.load(), renewed)
  await assert.rejects(requirePinned(pinned, pin), { code: 'certificate_not_pinned' }, 'the way back is none')
})

test('no other: of another key, for another person, older, or none at all', async () => {
  const pin = await pinOf(pinned)
  const others = [
    await certificateFor(other, 'CN=Alice', 2031),
    await certificateFor(key, 'CN=Malice', 2031),
    await certificateFor(key, 'CN=Alice', 2029),
    await certificateFor(key, 'CN=Alice', 2030),
    Uint8Array.of(0x30, 0),
  ]
  for (const certificate of others) {
    await assert.rejects(requirePinned(certificate, pin), { code: 'certificate_not_pinned' })
  }
  assert.deepEqual(await pin.load(), pinned)
})

test('a phone that was not enrolled in Cloud mode knows none', async () => {
  await assert.rejects(requirePinned(pinned, memoryPin()), { code: 'certificate_unknown' })
})

test("External mode: the phone's own key alone", () => {
  assert.ok(key && other)
  assert.deepEqual(requireOwnKey(pinned, key.subjectPublicKeyInfo).der, pinned)
  const foreign = other.subjectPublicKeyInfo
  assert.throws(() => requireOwnKey(pinned, foreign), { code: 'certificate_other_key' })
  assert.throws(() => requireOwnKey(Uint8Array.of(1), foreign), { code: 'certificate_other_key' })
})
