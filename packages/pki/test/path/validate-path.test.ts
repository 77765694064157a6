import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  basicConstraints,
  certificatePolicies,
  type Extension,
  encodeDer,
  encodeOid,
  extensionOids,
  extKeyUsage,
  keyUsage,
  type PathFailureReason,
  type PathOptions,
  type PathResult,
  validatePath,
} from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import fc from 'fast-check'
import { at, caExtensions, type Entity, issue, signerExtensions } from './test-authority.ts'

const root = await issue({ name: 'CN=Root,C=CZ', issuer: null })
const issuing = await issue({ name: 'CN=Issuing,C=CZ', issuer: root })
const signer = await issue({ name: 'CN=Signer,C=CZ', issuer: issuing, extensions: signerExtensions })

function validate(entity: Entity, options: Partial<PathOptions> = {}): Promise<PathResult> {
  const standing = { trustAnchors: [root.der], intermediates: [issuing.der], at, crypto: nodeCrypto }
  return validatePath(entity.der, { ...standing, ...options })
}

async function assertFails(reason: PathFailureReason, entity: Entity, options: Partial<PathOptions> = {}) {
  const result = await validate(entity, options)
  assert.equal(result.valid ? 'valid' : result.reason, reason, result.valid ? '' : result.detail)
}

const boolean = (value: boolean) => encodeDer(0x01, Uint8Array.of(value ? 0xff : 0))
const integer = (tag: number, value: number) => encodeDer(tag, Uint8Array.of(value))

test('a path from signer to anchor is valid and given whole', async () => {
  const result = await validate(signer)
  assert.ok(result.valid)
  assert.deepEqual(
    result.path.map(({ subject }) => subject.rfc4514),
    ['CN=Signer,C=CZ', 'CN=Issuing,C=CZ', 'CN=Root,C=CZ'],
  )
  assert.deepEqual(result.deviations, [])
})

test('an anchor is trusted for itself, and an issuing authority may be one (RFC 5280 §6.1.1 (d))', async () => {
  assert.ok((await validate(root)).valid)
  assert.ok((await validate(signer, { trustAnchors: [issuing.der], intermediates: [] })).valid)
})

test('no issuer at hand, or none that is trusted', async () => {
  await assertFails('no_path', signer, { intermediates: [] })
  const stranger = await issue({ name: 'CN=Stranger', issuer: null })
  await assertFails('no_path', signer, { trustAnchors: [stranger.der] })
})

test('an issuer of the right name and another key did not sign (§6.1.3 (a)(1))', async () => {
  const impostor = await issue({ name: 'CN=Issuing,C=CZ', issuer: root })
  await assertFails('signature_invalid', signer, { intermediates: [impostor.der] })
  assert.ok((await validate(signer, { intermediates: [impostor.der, issuing.der] })).valid)
})

test('names chain without regard to case, white space and string type (§7.1)', async () => {
  const shouting = await issue({ name: 'CN=ISSUING ,C=cz', issuer: root, key: issuing.key })
  assert.ok((await validate(signer, { intermediates: [shouting.der] })).valid)
})

test('validity includes both ends and nothing beyond (§4.1.2.5)', async () => {
  assert.ok((await validate(signer, { at: new Date('2026-01-01T00:00:00Z') })).valid)
  assert.ok((await validate(signer, { at: new Date('2027-01-01T00:00:00.999Z') })).valid)
  await assertFails('not_yet_valid', signer, { at: new Date('2025-12-31T23:59:59Z') })
  await assertFails('expired', signer, { at: new Date('2027-01-01T00:00:01Z') })
})

test('an expired intermediate is passed over where another leads on', async () => {
  const expired = await issue({
    name: 'CN=Issuing,C=CZ',
    issuer: root,
    key: issuing.key,
    notAfter: '2026-02-01T00:00:00Z',
  })
  await assertFails('expired', signer, { intermediates: [expired.der] })
  assert.ok((await validate(signer, { intermediates: [expired.der, issuing.der] })).valid)
})

test('an issuer must be a certification authority (§6.1.4 (k), (n))', async () => {
  const key = issuing.key
  const plain = await issue({ name: 'CN=Issuing,C=CZ', issuer: root, key, extensions: [keyUsage('keyCertSign')] })
  await assertFails('not_a_ca', signer, { intermediates: [plain.der] })
  const denied = await issue({ name: 'CN=Issuing,C=CZ', issuer: root, key, extensions: [basicConstraints(false)] })
  await assertFails('not_a_ca', signer, { intermediates: [denied.der] })
  const unable = [basicConstraints(true), keyUsage('cRLSign')]
  const crlOnly = await issue({ name: 'CN=Issuing,C=CZ', issuer: root, key, extensions: unable })
  await assertFails('key_usage', signer, { intermediates: [crlOnly.der] })
})

test('the path is no longer than its authorities allow (§6.1.4 (l), (m))', async () => {
  const short = await issue({
    name: 'CN=Short',
    issuer: null,
    extensions: [basicConstraints(true, 0), keyUsage('keyCertSign')],
  })
  const middle = await issue({ name: 'CN=Middle', issuer: short })
  const leaf = await issue({ name: 'CN=Leaf', issuer: middle, extensions: signerExtensions })
  await assertFails('path_length_exceeded', leaf, { trustAnchors: [short.der], intermediates: [middle.der] })
  const direct = await issue({ name: 'CN=Direct', issuer: short, extensions: signerExtensions })
  assert.ok((await validate(direct, { trustAnchors: [short.der] })).valid)
  await assertFails('limit_exceeded', signer, { maxIntermediates: 0 })
})

test('a critical extension that nobody processes fails the path, unless the caller does (§4.2)', async () => {
  const extension: Extension = { oid: '1.2.3.4', critical: true, value: boolean(true) }
  const odd = await issue({ name: 'CN=Odd', issuer: issuing, extensions: [extension] })
  await assertFails('unknown_critical_extension', odd)
  assert.ok((await validate(odd, { recognisedExtensions: ['1.2.3.4'] })).valid)
})

test('a purpose that is asked for must be among those that are named (§4.2.1.12)', async () => {
  const timeStamping = '1.3.6.1.5.5.7.3.8'
  const mail = await issue({ name: 'CN=Mail', issuer: issuing, extensions: [extKeyUsage(['1.3.6.1.5.5.7.3.4'])] })
  await assertFails('extended_key_usage', mail, { extKeyUsage: timeStamping })
  assert.ok((await validate(mail)).valid)
  assert.ok((await validate(signer, { extKeyUsage: timeStamping })).valid)
})

test('an explicit policy, where required, runs through the whole path (§6.1.3 (f))', async () => {
  const requireExplicit: Extension = {
    oid: extensionOids.policyConstraints,
    critical: true,
    value: encodeDer(0x30, integer(0x80, 0)),
  }
  const policy = certificatePolicies('1.2.3.1')
  const extensions = [...caExtensions, requireExplicit, policy]
  const strict = await issue({ name: 'CN=Strict', issuer: root, extensions })
  const options = { intermediates: [strict.der] }
  const without = await issue({ name: 'CN=None', issuer: strict, extensions: signerExtensions })
  await assertFails('policy_required', without, options)
  const other = await issue({ name: 'CN=Other', issuer: strict, extensions: [certificatePolicies('1.2.3.2')] })
  await assertFails('policy_required', other, options)
  const same = await issue({ name: 'CN=Same', issuer: strict, extensions: [policy] })
  assert.ok((await validate(same, options)).valid)
  const mapped: Extension = {
    oid: extensionOids.policyMappings,
    critical: false,
    value: encodeDer(0x30, encodeDer(0x30, encodeOid('1.2.3.1'), encodeOid('1.2.3.2'))),
  }
  const mapping = await issue({ name: 'CN=Mapping', issuer: root, extensions: [...extensions, mapped] })
  const under = await issue({ name: 'CN=Under', issuer: mapping, extensions: [policy] })
  await assertFails('policy_required', under, { intermediates: [mapping.der] })
})

test('anyPolicy stands for every policy until it is inhibited (§6.1.3 (d))', async () => {
  const requireExplicit = encodeDer(0x30, integer(0x80, 0))
  const any = certificatePolicies('2.5.29.32.0')
  const explicit: Extension = { oid: extensionOids.policyConstraints, critical: true, value: requireExplicit }
  const inhibit: Extension = { oid: extensionOids.inhibitAnyPolicy, critical: true, value: integer(0x02, 0) }
  const open = await issue({ name: 'CN=Open', issuer: root, extensions: [...caExtensions, explicit, any] })
  const underOpen = await issue({ name: 'CN=A', issuer: open, extensions: [any] })
  assert.ok((await validate(underOpen, { intermediates: [open.der] })).valid)
  const shut = await issue({ name: 'CN=Shut', issuer: root, extensions: [...caExtensions, explicit, inhibit, any] })
  const underShut = await issue({ name: 'CN=B', issuer: shut, extensions: [any] })
  await assertFails('policy_required', underShut, { intermediates: [shut.der] })
})

test('what §4 demands and §6 does not is told, or fails the path where enforced', async () => {
  const proud = await issue({ name: 'CN=Proud', issuer: issuing, extensions: [keyUsage('keyCertSign')] })
  const told = await validate(proud)
  assert.ok(told.valid)
  assert.deepEqual(
    told.deviations.map(({ clause }) => clause),
    ['4.2.1.3'],
  )
  await assertFails('profile_violation', proud, { profile: 'enforced' })
})

test('bytes that are no certificate are a result, not an exception', async () => {
  const garbage = { ...signer, der: Uint8Array.of(0x30, 0x00) }
  await assertFails('certificate_malformed', garbage)
  assert.ok((await validate(signer, { intermediates: [Uint8Array.of(1), issuing.der] })).valid)
})

test('a certificate with any one byte changed is never valid', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(signer.der.length - 1), fc.integer({ min: 1, max: 255 }), async (offset, change) => {
      const der = signer.der.slice()
      der[offset] = (der[offset] ?? 0) ^ change
      const result = await validate({ ...signer, der })
      assert.equal(result.valid, false)
    }),
    { numRuns: 300 },
  )
})

test('however many certificates of one name there are, the search ends', { timeout: 5000 }, async () => {
  const names = await Promise.all(Array.from({ length: 60 }, () => issue({ name: 'CN=Issuing,C=CZ', issuer: root })))
  const cross = await Promise.all(
    names.map((entity, index) => {
      const issuer = names[(index + 1) % names.length]
      assert.ok(issuer)
      return issue({ name: 'CN=Issuing,C=CZ', issuer, key: entity.key })
    }),
  )
  const result = await validate(signer, { intermediates: cross.map(({ der }) => der) })
  assert.equal(result.valid, false)
})
