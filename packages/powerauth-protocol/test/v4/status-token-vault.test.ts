import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8 } from '../../src/encoding/bytes.ts'
import { nodeCrypto } from '../../src/node.ts'
import { authenticationCodeTypes } from '../../src/v4/authentication-code.ts'
import { advanceCounter } from '../../src/v4/counter.ts'
import { computeDataDigest } from '../../src/v4/data-digest.ts'
import {
  decryptKey,
  deriveApplicationVaultKey,
  encryptKey,
  openRecord,
  protectKnowledgeKey,
  sealRecord,
  unlockKnowledgeKey,
} from '../../src/v4/device-storage.ts'
import { kdfPassword } from '../../src/v4/kdf.ts'
import { deriveUtilityKeys, deriveVaultKeys } from '../../src/v4/key-tree.ts'
import {
  type ActivationStatus,
  buildStatusBlob,
  computeCounterHash,
  readStatusBlob,
  synchronizeCounter,
} from '../../src/v4/status-blob.ts'
import { computeTokenDigest, verifyTokenDigest } from '../../src/v4/token-digest.ts'
import { deriveVaultKey, mayUnlock, parseVaultKeyIdentifier } from '../../src/v4/vault.ts'
import { refuses, refusesLater } from '../refuses.ts'
import { activationId, nonce } from './fixture.ts'

const secret = new Uint8Array(32).fill(8)
const keys = await deriveUtilityKeys(nodeCrypto, secret)
const ctrData = new Uint8Array(32).fill(9)
const status: ActivationStatus = {
  activationStatus: 'ACTIVE',
  currentVersion: 4,
  upgradeVersion: 4,
  activationConfirmationPending: false,
  upgradeConfirmationPending: false,
  algorithmUnsupported: false,
  biometryEnabled: true,
  ctrByte: 5,
  failedAttempts: 1,
  maxFailedAttempts: 5,
  ctrLookAhead: 20,
  ctrDataHash: await computeCounterHash(nodeCrypto, keys, ctrData),
}

test('a status is read as it was built, and any changed byte is noticed', async () => {
  const states = fc.constantFrom('CREATED', 'PENDING_COMMIT', 'ACTIVE', 'BLOCKED', 'REMOVED')
  const byte = fc.nat(255)
  const flags = fc.record({
    activationConfirmationPending: fc.boolean(),
    upgradeConfirmationPending: fc.boolean(),
    algorithmUnsupported: fc.boolean(),
    biometryEnabled: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(
      states,
      byte,
      flags,
      fc.nat(79),
      fc.integer({ min: 1, max: 255 }),
      async (state, n, set, at, mask) => {
        const given: ActivationStatus = { ...status, ...set, activationStatus: state, ctrByte: n, failedAttempts: n }
        const blob = await buildStatusBlob(nodeCrypto, keys, given)
        assert.equal(blob.length, 80)
        assert.deepEqual(await readStatusBlob(nodeCrypto, keys, blob), given)
        const changed = blob.with(at, (blob[at] ?? 0) ^ mask)
        await refusesLater('invalid_status', () => readStatusBlob(nodeCrypto, keys, changed))
      },
    ),
    { numRuns: 50 },
  )
})

test('a status of another activation, length, magic or state is refused', async () => {
  const blob = await buildStatusBlob(nodeCrypto, keys, status)
  const other = await deriveUtilityKeys(nodeCrypto, ctrData)
  await refusesLater('invalid_status', () => readStatusBlob(nodeCrypto, other, blob))
  await refusesLater('invalid_status', () => readStatusBlob(nodeCrypto, keys, blob.subarray(1)))
  for (const [at, value] of [
    [3, 0xd1],
    [4, 9],
  ] as const) {
    const data = blob.slice(0, 48).with(at, value)
    const mac = await nodeCrypto.kmac256(keys.statusMacKey, data, 32, 'PA4MAC-STATUS')
    await refusesLater('invalid_status', () => readStatusBlob(nodeCrypto, keys, Uint8Array.of(...data, ...mac)))
  }
  await refusesLater('invalid_argument', () => buildStatusBlob(nodeCrypto, keys, { ...status, ctrByte: 256 }))
})

test('the counter is followed within the window, and a deadlock is told', async () => {
  const result = async (steps: number, ctrByte: number | undefined, local: Uint8Array = ctrData) => {
    const server = await advanceCounter(nodeCrypto, ctrData, steps)
    const ctrDataHash = await computeCounterHash(nodeCrypto, keys, server)
    const at = { ctrByte: steps & 0xff, ctrDataHash, ctrLookAhead: 20 }
    return synchronizeCounter(nodeCrypto, keys, { ctrData: local, ...(ctrByte !== undefined && { ctrByte }) }, at)
  }
  assert.deepEqual(await result(0, 0), { kind: 'in_sync' })
  const ahead = await result(3, 0)
  assert.deepEqual(ahead, { kind: 'server_ahead', ctrData: await advanceCounter(nodeCrypto, ctrData, 3), ctrByte: 3 })
  assert.equal((await result(19, 0)).kind, 'server_ahead')
  assert.equal((await result(20, 0)).kind, 'deadlock')
  assert.equal((await result(3, 1)).kind, 'deadlock')
  const client = await advanceCounter(nodeCrypto, ctrData, 11)
  assert.equal((await result(0, 11, client)).kind, 'code_advised')
  assert.equal((await result(0, 10, await advanceCounter(nodeCrypto, ctrData, 10))).kind, 'in_sync')
  assert.equal((await result(0, 21, await advanceCounter(nodeCrypto, ctrData, 21))).kind, 'deadlock')
  assert.deepEqual(await result(0, undefined), { kind: 'server_ahead', ctrData, ctrByte: 0 })
  assert.equal((await result(2, undefined)).kind, 'in_sync')
})

test('token digests cover nonce, time and version, under secrets of 32 bytes', async () => {
  const parameters = { tokenSecret: secret, nonce, timestamp: 1_795_473_292_024 }
  const tokenDigest = await computeTokenDigest(nodeCrypto, parameters)
  assert.equal(await verifyTokenDigest(nodeCrypto, { ...parameters, tokenDigest }), true)
  for (const change of [{ timestamp: 1 }, { nonce: 'AAAAAAAAAAAAAAAAAAAAAA==' }, { tokenSecret: ctrData }]) {
    assert.equal(await verifyTokenDigest(nodeCrypto, { ...parameters, ...change, tokenDigest }), false)
  }
  const ofV3 = { ...parameters, tokenSecret: new Uint8Array(16) }
  await refusesLater('invalid_argument', () => computeTokenDigest(nodeCrypto, ofV3))
})

test('each key of the vault opens for its factors', async () => {
  const opens = (identifier: Parameters<typeof mayUnlock>[0], biometryForDevicePrivate: boolean) =>
    authenticationCodeTypes.filter((type) => mayUnlock(identifier, type, { biometryForDevicePrivate }))
  assert.deepEqual(opens('KEK_DEVICE_PRIVATE', true), ['possession_knowledge', 'possession_biometry'])
  assert.deepEqual(opens('KEK_DEVICE_PRIVATE', false), ['possession_knowledge'])
  assert.deepEqual(opens('KDK_APP_VAULT_KNOWLEDGE', true), ['possession_knowledge'])
  assert.deepEqual(opens('KDK_APP_VAULT_2FA', false), ['possession_knowledge', 'possession_biometry'])
  const vault = await deriveVaultKeys(nodeCrypto, secret)
  assert.deepEqual(await deriveVaultKey(nodeCrypto, secret, 'KDK_APP_VAULT_2FA'), vault.kdkAppVault2fa)
  for (const text of ['KDK_VAULT', 'kek_device_private', 'toString', '', undefined, 1]) {
    refuses('invalid_argument', () => parseVaultKeyIdentifier(text))
  }
})

test('what the device keeps is sealed for its kind and activation', async () => {
  const record = { kind: 'enc/kek-device-private', activationId } as const
  const sealed = await sealRecord(nodeCrypto, secret, record, utf8('scalar'))
  assert.deepEqual(await openRecord(nodeCrypto, secret, record, sealed), utf8('scalar'))
  for (const other of [
    { ...record, kind: 'enc/kdk-utility' as const },
    { ...record, activationId: 'other' },
  ]) {
    await refusesLater('decryption_failed', () => openRecord(nodeCrypto, secret, other, sealed))
  }
  await refusesLater('decryption_failed', () => openRecord(nodeCrypto, ctrData, record, sealed))
})

test('a wrong password gives some other key, and nothing tells that it is wrong', async () => {
  const salt = new Uint8Array(32).fill(1)
  const kept = await protectKnowledgeKey(nodeCrypto, secret, '1234', salt)
  assert.deepEqual(await unlockKnowledgeKey(nodeCrypto, kept, '1234', salt), secret)
  const other = await unlockKnowledgeKey(nodeCrypto, kept, '1235', salt)
  assert.equal(other.length, 32)
  assert.notDeepEqual(other, secret)
  assert.equal((await kdfPassword(nodeCrypto, '1', salt)).length, 32) // shorter than OpenSSL's keys
  await refusesLater('invalid_argument', () => kdfPassword(nodeCrypto, '', salt))
  await refusesLater('invalid_argument', () => kdfPassword(nodeCrypto, '1234', new Uint8Array(31)))
  assert.deepEqual(await decryptKey(nodeCrypto, ctrData, await encryptKey(nodeCrypto, ctrData, secret)), secret)
  await refusesLater('invalid_argument', () => encryptKey(nodeCrypto, ctrData, new Uint8Array(16)))
  await refusesLater('invalid_argument', () => decryptKey(nodeCrypto, ctrData, secret))
})

test('keys of the application differ by vault and index', async () => {
  const key = (kind: 'knowledge' | '2fa', index: number) =>
    deriveApplicationVaultKey(nodeCrypto, { kind, key: secret }, index)
  const all = [await key('knowledge', 0), await key('knowledge', 1), await key('2fa', 0)].map(String)
  assert.equal(new Set(all).size, 3)
})

test('a data digest is decimal digits under its key', async () => {
  const { digest, key } = await computeDataDigest(nodeCrypto, ['A100CZK', 'x'], 9)
  assert.match(digest, /^[0-9]{9}$/)
  assert.equal(key.length, 32)
  assert.deepEqual(await computeDataDigest(nodeCrypto, ['A100CZK', 'x'], 9, key), { digest, key })
  await refusesLater('invalid_argument', () => computeDataDigest(nodeCrypto, [], 10))
})
