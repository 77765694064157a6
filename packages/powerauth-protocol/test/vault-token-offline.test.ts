import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { base64Encode, base64UrlEncode } from '../src/encoding/base64.ts'
import { utf8 } from '../src/encoding/bytes.ts'
import { nodeCrypto } from '../src/node.ts'
import { signActivationCode, verifyActivationCodeSignature } from '../src/v3/activation-signature.ts'
import { signEs256 } from '../src/v3/compact-jws.ts'
import { signWithDeviceKey, verifyDeviceJws, verifyDeviceSignature } from '../src/v3/device-signature.ts'
import { buildMobileSdkConfig, parseMobileSdkConfig } from '../src/v3/mobile-sdk-config.ts'
import { createOfflinePayload, verifyOfflinePayload } from '../src/v3/offline.ts'
import { computeTokenDigest, verifyTokenDigest } from '../src/v3/token-digest.ts'
import { computeTotp, verifyTotp } from '../src/v3/totp.ts'
import {
  decryptDevicePrivateKey,
  decryptVaultKey,
  deriveApplicationVaultKey,
  encryptDevicePrivateKey,
  encryptVaultKey,
} from '../src/v3/vault.ts'
import { refuses, refusesLater } from './refuses.ts'

const device = await nodeCrypto.generateP256KeyPair()
const other = await nodeCrypto.generateP256KeyPair()
const key = new Uint8Array(16).fill(5)
const nonce = 'bWgIejRrm+qR1P9j0L0JGQ=='

test('the vault gives back the key and the key gives back the scalar', async () => {
  const vaultKey = new Uint8Array(16).fill(6)
  const encrypted = await encryptVaultKey(nodeCrypto, key, vaultKey)
  assert.equal(encrypted.length, 32)
  assert.deepEqual(await decryptVaultKey(nodeCrypto, key, encrypted), vaultKey)
  const sealed = await encryptDevicePrivateKey(nodeCrypto, vaultKey, device.privateKey)
  assert.deepEqual(await decryptDevicePrivateKey(nodeCrypto, vaultKey, sealed), device.privateKey)
  await refusesLater('decryption_failed', () => decryptVaultKey(nodeCrypto, key, encrypted.subarray(0, 17)))
  await refusesLater('decryption_failed', () => decryptDevicePrivateKey(nodeCrypto, vaultKey, new Uint8Array()))
  assert.notDeepEqual(
    await deriveApplicationVaultKey(nodeCrypto, vaultKey, 1),
    await deriveApplicationVaultKey(nodeCrypto, vaultKey, 2),
  )
})

test('device signatures hold for their data and key only', async () => {
  const data = utf8('signed attributes')
  const signature = await signWithDeviceKey(nodeCrypto, device, data)
  const verify = (publicKey: Uint8Array, bytes: Uint8Array, der: Uint8Array) =>
    verifyDeviceSignature(nodeCrypto, publicKey, bytes, der)
  assert.equal(await verify(device.publicKey, data, signature), true)
  assert.equal(await verify(other.publicKey, data, signature), false)
  assert.equal(await verify(device.publicKey, utf8('other'), signature), false)
  for (const der of [new Uint8Array(), signature.subarray(1), Uint8Array.of(...signature, 0)]) {
    assert.equal(await verify(device.publicKey, data, der), false)
  }
  await refusesLater('invalid_public_key', () => verify(new Uint8Array(65), data, signature))
})

test('a JWS of the device key gives its payload, or null', async () => {
  const jws = await signEs256(nodeCrypto, device, { alg: 'ES256' }, { amount: 10 })
  const verify = (text: string) => verifyDeviceJws(nodeCrypto, device.publicKey, text)
  assert.deepEqual(await verify(jws), utf8('{"amount":10}'))
  const [, payload, signature] = jws.split('.')
  const none = base64UrlEncode(utf8('{"alg":"none"}'))
  for (const bad of [
    '',
    'a.b',
    `${jws}.x`,
    `${none}.${payload}.${signature}`,
    `!!.${payload}.${signature}`,
    `${jws}A`,
  ]) {
    assert.equal(await verify(bad), null)
  }
  assert.equal(await verifyDeviceJws(nodeCrypto, other.publicKey, jws), null)
})

test('an activation signature holds for its code only', async () => {
  const signature = await signActivationCode(nodeCrypto, device, 'W65WE-3T7VI-7FBS2-A4OYA')
  const verify = (code: string, text: string) => verifyActivationCodeSignature(nodeCrypto, device.publicKey, code, text)
  assert.equal(await verify('W65WE-3T7VI-7FBS2-A4OYA', signature), true)
  assert.equal(await verify('AAAAA-AAAAA-AAAAA-AAAAA', signature), false)
  await refusesLater('invalid_encoding', () => verify('AAAAA-AAAAA-AAAAA-AAAAA', 'x'))
})

test('token digests cover the version from 3.2 on', async () => {
  const parameters = { tokenSecret: key, nonce, timestamp: 1_795_473_292_024 }
  const digest = (version: '3.0' | '3.1' | '3.2' | '3.3') => computeTokenDigest(nodeCrypto, { ...parameters, version })
  assert.equal(await digest('3.0'), await digest('3.1'))
  assert.notEqual(await digest('3.2'), await digest('3.1'))
  assert.notEqual(await digest('3.2'), await digest('3.3'))
  const given = { ...parameters, version: '3.3' as const, tokenDigest: await digest('3.3') }
  assert.equal(await verifyTokenDigest(nodeCrypto, given), true)
  assert.equal(await verifyTokenDigest(nodeCrypto, { ...given, timestamp: 1 }), false)
})

test('offline payloads are signed by the key of their kind', async () => {
  const keys = { serverPublicKey: device.publicKey, masterPublicKey: other.publicKey }
  const data = 'id\nTitle\nMessage\nA1\nB'
  const personalized = await createOfflinePayload(nodeCrypto, { kind: 'personalized', data, nonce, signer: device })
  const parsed = await verifyOfflinePayload(nodeCrypto, personalized, keys)
  assert.deepEqual([parsed.kind, parsed.data, parsed.nonce], ['personalized', data, nonce])
  const general = await createOfflinePayload(nodeCrypto, {
    kind: 'nonPersonalized',
    data,
    totp: '12345678',
    nonce,
    signer: other,
  })
  assert.equal((await verifyOfflinePayload(nodeCrypto, general, keys)).data, `${data}\n12345678`)
  const forgeries = [
    personalized.replace('A1', 'A9'),
    general.replace('\n0', '\n1'),
    '',
    'a\nb',
    `${personalized}\n`,
    '1AAAA',
  ]
  for (const forged of forgeries) {
    await refusesLater('invalid_offline_payload', () => verifyOfflinePayload(nodeCrypto, forged, keys))
  }
})

test('TOTP of RFC 6238 appendix B (SHA-256), and its window', async () => {
  const seed = utf8('12345678901234567890123456789012')
  const at = (seconds: number) => ({ seed, time: seconds * 1000, stepSeconds: 30, digits: 8 })
  const published = { 59: '46119246', 1111111109: '68084774', 1111111111: '67062674', 20000000000: '77737706' }
  for (const [seconds, totp] of Object.entries(published)) {
    assert.equal(await computeTotp(nodeCrypto, at(Number(seconds))), totp)
  }
  const verify = (seconds: number) => verifyTotp(nodeCrypto, { ...at(seconds), totp: '46119246', pastSteps: 1 })
  assert.deepEqual([await verify(29), await verify(30), await verify(89), await verify(90)], [false, true, true, false])
  await refusesLater('invalid_argument', () => computeTotp(nodeCrypto, { ...at(1), stepSeconds: 0 }))
})

test('SDK configurations: what is written is read, keys of other ids are passed over, anything else is refused', () => {
  const config = {
    applicationKey: 'm/oA+8eJzr4Vm2GZ/IjaHw==',
    applicationSecret: 'xTepXBSIeNqHXkAFguxPXQ==',
    masterPublicKey: device.publicKey,
  }
  const text = buildMobileSdkConfig(config)
  assert.deepEqual(parseMobileSdkConfig(text), config)
  const bytes = new Uint8Array(Buffer.from(text, 'base64'))
  const withAnother = Uint8Array.of(...bytes.with(35, 2), 3, 0x80, 0x81, ...new Uint8Array(0x81))
  assert.deepEqual(parseMobileSdkConfig(base64Encode(withAnother)), config)
  const wrong = [
    bytes.with(0, 2),
    bytes.subarray(1),
    bytes.subarray(0, 90),
    bytes.with(1, 15),
    bytes.with(36, 2),
    Uint8Array.of(...bytes, 0),
    bytes.with(35, 0),
  ]
  for (const bad of wrong) refuses('invalid_configuration', () => parseMobileSdkConfig(base64Encode(bad)))
  refuses('invalid_configuration', () => parseMobileSdkConfig('not Base64'))
  refuses('invalid_argument', () => buildMobileSdkConfig({ ...config, applicationKey: 'AAAA' }))
})

test('any bytes are a configuration or an error of this package, in bounded time', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 150 }), (bytes) => {
      assert.throws(() => parseMobileSdkConfig(base64Encode(Uint8Array.of(1, ...bytes))), { name: 'ProtocolError' })
    }),
  )
})
