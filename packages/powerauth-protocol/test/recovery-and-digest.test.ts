import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { utf8 } from '../src/encoding/bytes.ts'
import { nodeCrypto } from '../src/node.ts'
import { isActivationCode } from '../src/v3/activation-code.ts'
import { computeDataDigest } from '../src/v3/data-digest.ts'
import { signDeviceJws, verifyDeviceJws } from '../src/v3/device-signature.ts'
import { deriveRecoveryCode, formatRecoveryQrCode, parseRecoveryQrCode } from '../src/v3/recovery-code.ts'
import { refuses, refusesLater } from './refuses.ts'

const seed = { key: new Uint8Array(16).fill(1), nonce: new Uint8Array(32).fill(2) }

test('a seed gives one code and its PUKs, always the same', async () => {
  const first = await deriveRecoveryCode(nodeCrypto, seed, 3)
  assert.ok(isActivationCode(first.recoveryCode))
  assert.equal(new Set(first.puks).size, 3)
  for (const puk of first.puks) assert.match(puk, /^[0-9]{10}$/)
  assert.deepEqual(await deriveRecoveryCode(nodeCrypto, seed, 3), first)
  assert.deepEqual((await deriveRecoveryCode(nodeCrypto, seed, 1)).puks, first.puks.slice(0, 1))
  const other = { ...seed, nonce: new Uint8Array(32) }
  assert.notEqual((await deriveRecoveryCode(nodeCrypto, other, 1)).recoveryCode, first.recoveryCode)
})

test('the first block of the X9.63 KDF is the code', async () => {
  const block = createHash('sha256')
    .update(seed.key)
    .update(Uint8Array.of(0, 0, 0, 1))
    .update(seed.nonce)
    .digest()
  const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const first = base32[(block[0] ?? 0) >> 3]
  assert.equal((await deriveRecoveryCode(nodeCrypto, seed, 1)).recoveryCode[0], first)
})

test('a recovery code is shown with its prefix and read with or without', async () => {
  const { recoveryCode } = await deriveRecoveryCode(nodeCrypto, seed, 1)
  assert.equal(parseRecoveryQrCode(formatRecoveryQrCode(recoveryCode)), recoveryCode)
  assert.equal(parseRecoveryQrCode(recoveryCode), recoveryCode)
  refuses('invalid_activation_code', () => parseRecoveryQrCode(`R:R:${recoveryCode}`))
  refuses('invalid_activation_code', () => formatRecoveryQrCode('R:'))
})

test('seeds and counts out of range are refused', async () => {
  await refusesLater('invalid_argument', () => deriveRecoveryCode(nodeCrypto, { ...seed, key: new Uint8Array(15) }, 1))
  await refusesLater('invalid_argument', () => deriveRecoveryCode(nodeCrypto, { ...seed, nonce: seed.key }, 1))
  for (const count of [0, 101, Number.NaN]) {
    await refusesLater('invalid_argument', () => deriveRecoveryCode(nodeCrypto, seed, count))
  }
})

test('a data digest is decimal digits of the joined items under its key', async () => {
  const { digest, key } = await computeDataDigest(nodeCrypto, ['A100CZK', 'Q238400856'], 8)
  const hmac = createHmac('sha256', key).update('A100CZK&Q238400856').digest()
  assert.equal(digest, String((hmac.readUInt32BE(28) & 0x7fffffff) % 1e8).padStart(8, '0'))
  assert.deepEqual(await computeDataDigest(nodeCrypto, ['A100CZK', 'Q238400856'], 8, key), { digest, key })
  for (const digits of [3, 10]) await refusesLater('invalid_argument', () => computeDataDigest(nodeCrypto, [], digits))
})

test('a JWS of the device key verifies as such', async () => {
  const device = await nodeCrypto.generateP256KeyPair()
  const jws = await signDeviceJws(nodeCrypto, device, utf8('{"a":1}'))
  assert.deepEqual(await verifyDeviceJws(nodeCrypto, device.publicKey, jws), utf8('{"a":1}'))
})
