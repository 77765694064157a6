/** `cloudsigner device`, command by command, against the real PowerAuth service. */
import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  buildAttribute,
  buildSignedAttributes,
  encodeDer,
  parseCertificationRequest,
  verifyCertificationRequest,
} from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { inspectSignedAttributes, NotSignedAttributes } from '../../src/device/signed-attributes.ts'
import { device } from './device-runner.ts'
import { type RunningPowerAuth, startPowerAuth } from './running-powerauth.ts'

const applicationId = 'device-command'
let server: RunningPowerAuth
let mobileSdkConfig: string
let folder: string

before(async () => {
  server = await startPowerAuth()
  mobileSdkConfig = await server.createApplication(applicationId)
  folder = await mkdtemp(join(tmpdir(), 'cloudsigner-device-'))
})
after(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const certificate = encodeDer(0x30, encodeDer(0x04, new Uint8Array(9))) // only its hash counts here
const messageDigest = nodeCrypto.digest('SHA-256', new Uint8Array(3))
const signedAttributes = buildSignedAttributes({ messageDigest, signingCertificate: certificate, crypto: nodeCrypto })
const hash = Buffer.from(signedAttributes).toString('base64')

test('activate, status, enrol, sign, remove', async () => {
  const { state, activationId } = await activatedPhone('walk')
  const status = await device(['status', '--state', state, '--json'])
  assert.deepEqual(JSON.parse(status.stdout), {
    activationId,
    state: 'ACTIVE',
    failedAttempts: 0,
    maxFailedAttempts: 5,
    remainingAttempts: 5,
  })

  const enrol = await device(['enrol', '--state', state, '--pin', '1234', '--subject', 'CN=Alice Example,C=CZ'])
  const request = parseCertificationRequest(enrol.stdout)
  assert.equal(await verifyCertificationRequest(request, nodeCrypto), true)
  assert.equal(request.subject.rfc4514, 'CN=Alice Example,C=CZ')

  const sign = await device(['sign', hash, '--state', state, '--pin', '1234'])
  assert.match(sign.stderr, new RegExp(Buffer.from(messageDigest).toString('hex')))
  const signature = sign.stdout.trim()
  const data = hash
  const { signatureValid } = await server.client.verifyEcdsaSignature({ activationId, data, signature })
  assert.equal(signatureValid, true)
  const der = new Uint8Array(Buffer.from(signature, 'base64'))
  const { signatureAlgorithm, subjectPublicKeyInfo } = request
  assert.equal(await nodeCrypto.verify(signatureAlgorithm, subjectPublicKeyInfo, der, signedAttributes), true)

  assert.equal((await device(['remove', '--state', state, '--pin', '1234'])).code, 0)
  assert.match((await device(['status', '--state', state], 1)).stderr, /not activated/)
})

test('a wrong PIN is refused by the server and counted there', async () => {
  const { state } = await activatedPhone('wrong-pin')
  const refused = await device(['sign', hash, '--state', state, '--pin', '9999'], 1)
  assert.match(refused.stderr, /authentication_failed/)
  assert.equal(refused.stdout, '')
  assert.match((await device(['status', '--state', state])).stdout, /4 of 5 attempts left/)
})

test('only signed attributes are signed, and nobody is asked for anything else', async () => {
  const { state } = await activatedPhone('not-attributes')
  for (const bytes of [new Uint8Array(), certificate, signedAttributes.subarray(1), encodeDer(0x31)]) {
    const other = Buffer.from(bytes).toString('base64')
    const refused = await device(['sign', other, '--state', state, '--pin', '9999'], 1)
    assert.match(refused.stderr, /Not signed/)
  }
  assert.match((await device(['sign', '!', '--state', state, '--pin', '9999'], 1)).stderr, /not Base64/)
  assert.match((await device(['status', '--state', state])).stdout, /5 of 5 attempts left/)
})

test('signed attributes: each rule', () => {
  assert.deepEqual(inspectSignedAttributes(signedAttributes).messageDigest, messageDigest)
  assert.deepEqual(inspectSignedAttributes(signedAttributes).certificateHash, nodeCrypto.digest('SHA-256', certificate))
  const digest = buildAttribute('1.2.840.113549.1.9.4', encodeDer(0x04, messageDigest))
  const short = buildAttribute('1.2.840.113549.1.9.4', encodeDer(0x04, messageDigest.subarray(1)))
  const type = buildAttribute('1.2.840.113549.1.9.3', Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 1))
  const otherType = buildAttribute(
    '1.2.840.113549.1.9.3',
    Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2),
  )
  const wrong = {
    'message-digest is missing': encodeDer(0x31, type),
    'signing-certificate-v2 is missing': encodeDer(0x31, type, digest),
    'the content type is not data': encodeDer(0x31, otherType, digest),
    'message-digest is no digest': encodeDer(0x31, type, short),
    'stands twice': encodeDer(0x31, type, type),
    'no SET OF': encodeDer(0x30, type, digest),
    'no canonical DER': Uint8Array.of(...signedAttributes, 0),
  }
  for (const [sentence, bytes] of Object.entries(wrong)) {
    assert.throws(
      () => inspectSignedAttributes(bytes),
      (error) => error instanceof NotSignedAttributes && error.message.includes(sentence),
      sentence,
    )
  }
})

test('the state is sealed by the key file beside it, which must be private', async () => {
  const { state } = await activatedPhone('key-file')
  assert.equal((await stat(state)).mode & 0o777, 0o600)
  assert.equal((await stat(`${state}.key`)).mode & 0o777, 0o600)
  assert.doesNotMatch(await readFile(state, 'latin1'), /activationId|mobileSdkConfig/)
  await chmod(`${state}.key`, 0o644)
  assert.match((await device(['status', '--state', state], 1)).stderr, /readable by others/)
  await chmod(`${state}.key`, 0o600)
  const bytes = await readFile(state)
  await writeFile(state, bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1))
  assert.match((await device(['status', '--state', state], 1)).stderr, /storage_unreadable/)
  await writeFile(state, 'x')
  assert.match((await device(['status', '--state', state], 1)).stderr, /storage_unreadable/)
})

test('a password seals the state as well, from the option or the environment', async () => {
  const { state } = await activatedPhone('password', ['--state-password', 'correct horse'])
  assert.match((await device(['status', '--state', state], 1)).stderr, /storage_unreadable/)
  const env = { CLOUDSIGNER_DEVICE_PASSWORD: 'correct horse' }
  assert.match((await device(['status', '--state', state], 0, env)).stdout, /ACTIVE/)
})

test('one command at a time has the state; the lock of a dead one does not count', async () => {
  const { state } = await activatedPhone('lock')
  await writeFile(`${state}.lock`, String(process.pid))
  assert.match((await device(['status', '--state', state], 1)).stderr, /in use by another command/)
  await writeFile(`${state}.lock`, '999999999')
  assert.equal((await device(['status', '--state', state])).code, 0)
})

test('a removed activation can be forgotten here', async () => {
  const { state, activationId } = await activatedPhone('forget')
  await server.client.removeActivation({ activationId })
  assert.match((await device(['status', '--state', state])).stdout, /REMOVED/)
  assert.equal((await device(['remove', '--local', '--state', state])).code, 0)
})

test('wrong calls end with 2 and say what is wrong', async () => {
  const state = join(folder, 'usage')
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /^$/],
    [['fly', '--state', state], /no command 'fly'/],
    [['toString', '--state', state], /no command 'toString'/],
    [['status'], /--state is missing/],
    [['status', '--state', state, '--bogus'], /bogus/],
    [['activate', '--state', state], /--pin or CLOUDSIGNER_DEVICE_PIN is missing/],
    [['activate', '--state', state, '--pin', '1234'], /--config is missing/],
  ]
  for (const [args, message] of wrong) assert.match((await device(args, 2)).stderr, message)
  assert.match((await device(['--help'])).stdout, /usage/)
})

test('a phone is activated once, and by a right configuration', async () => {
  const { state } = await activatedPhone('once')
  const again = ['activate', '--state', state, '--pin', '1234', '--config', mobileSdkConfig, '--url', server.publicUrl]
  assert.match((await device([...again, '--code', 'AAAAA-AAAAA-AAAAA-AAAAA'], 1)).stderr, /activated already/)
  const other = [
    'activate',
    '--state',
    join(folder, 'other'),
    '--pin',
    '1234',
    '--url',
    server.publicUrl,
    '--code',
    'x',
  ]
  assert.match((await device([...other, '--config', 'nonsense'], 1)).stderr, /invalid_configuration/)
  assert.match((await device([...other, '--config', mobileSdkConfig], 1)).stderr, /invalid_activation_code/)
})

async function activatedPhone(name: string, more: readonly string[] = []) {
  const state = join(folder, name)
  const init = await server.client.initActivation({ userId: 'alice', applicationId })
  const code = `${init.activationCode}#${init.activationSignature}`
  const where = ['--config', mobileSdkConfig, '--url', server.publicUrl, '--state', state, ...more]
  const activate = await device(['activate', ...where, '--code', code, '--pin', '1234', '--json'])
  const { activationId, fingerprint } = JSON.parse(activate.stdout)
  const { devicePublicKeyFingerprint } = await server.client.getActivationStatus({ activationId })
  assert.equal(devicePublicKeyFingerprint, fingerprint)
  await server.client.commitActivation({ activationId })
  return { state, activationId: String(activationId) }
}
