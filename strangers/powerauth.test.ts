/** The genuine PowerAuth client of protocol 3.3 against our public API. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import {
  aliceNovak,
  certificationRequest,
  commit,
  createDevice,
  type Device,
  enrol,
  pin,
  privateApi,
  signBytes,
  upload,
} from './device.ts'
import { member, postJson, text } from './http.ts'
import { logged, type StepOptions, type StepOutcome, succeeded } from './powerauth-client.ts'
import { type Stack, stack } from './stack.ts'
import { strangerTest } from './stranger-test.ts'

const needs = ['java', 'powerauthClient'] as const

function good(outcome: StepOutcome): StepOutcome {
  assert.ok(succeeded(outcome), JSON.stringify(outcome.log.slice(-3)))
  return outcome
}

function refused(outcome: StepOutcome): void {
  assert.ok(!succeeded(outcome), 'it should have been refused')
}

/** The server's state of the activation, as the private API and the device's own status blob tell it. */
async function status(device: Device) {
  const seen = await privateApi('/activation/status', { activationId: device.activationId })
  const blob = logged(good(await device.run('status')), 'statusBlob')
  assert.equal(member(blob, 'activationStatusName'), member(seen, 'activationStatus'))
  assert.equal(member(blob, 'failedAttempts'), member(seen, 'failedAttempts'))
  return { state: text(seen, 'activationStatus'), failedAttempts: member(seen, 'failedAttempts'), seen }
}

/** An authentication code over a POST to the endpoint that only verifies it. */
async function authenticate(device: Device, factors: string, given: StepOptions = {}): Promise<StepOutcome> {
  const { powerauth } = await stack()
  await writeFile(device.file('body'), '{"hello":"wörld"}')
  const call = { u: `${powerauth.public}/pa/v3/signature/validate`, E: '/pa/signature/validate', t: 'POST' }
  return device.run('sign', { ...call, l: factors, d: device.file('body'), ...given })
}

for (const config of ['mobileSdkConfig', 'values'] as const)
  strangerTest(
    `activation: configured by ${config}, the fingerprints agree and commit makes it active`,
    needs,
    async () => {
      const device = await createDevice({ config })
      const pending = await status(device)
      assert.equal(pending.state, 'PENDING_COMMIT')
      assert.equal(logged(device.created, 'deviceKeyFingerprint'), text(pending.seen, 'devicePublicKeyFingerprint'))
      refused(await authenticate(device, 'possession'))
      await commit(device)
      assert.equal((await status(device)).state, 'ACTIVE')
    },
  )

strangerTest('activation: a code works once', needs, async () => {
  const device = await createDevice()
  const used = await privateApi('/activation/status', { activationId: device.activationId })
  assert.equal(member(used, 'activationStatus'), 'PENDING_COMMIT')
  const other = await privateApi('/activation/init', { userId: 'bob', applicationId: device.applicationId })
  const code = text(other, 'activationCode')
  good(await device.run('create', { a: code, s: device.file('second.json') }))
  refused(await device.run('create', { a: code, s: device.file('third.json') }))
})

strangerTest('authentication codes: each combination of factors, POST and GET', needs, async () => {
  const device = await createDevice()
  await commit(device)
  const factors = ['possession', 'possession_knowledge', 'possession_biometry', 'possession_knowledge_biometry']
  for (const combination of factors) good(await authenticate(device, combination))
  const { powerauth } = await stack()
  for (const query of ['who=John&amount=10&amount=9&empty=&flag', 'who=John%20Doe']) {
    await writeFile(device.file('empty'), '')
    const url = `${powerauth.public}/pa/v3/signature/validate?${query}`
    good(await authenticate(device, 'possession_knowledge', { u: url, t: 'GET', d: device.file('empty') }))
  }
  assert.equal((await status(device)).failedAttempts, 0)
})

strangerTest(
  'authentication codes: a wrong PIN counts, a right one clears, too many block, unblock frees',
  needs,
  async () => {
    const device = await createDevice({ maxFailureCount: 2 })
    await commit(device)
    refused(await authenticate(device, 'possession_knowledge', { p: '9999' }))
    assert.equal((await status(device)).failedAttempts, 1)
    good(await authenticate(device, 'possession_knowledge'))
    assert.equal((await status(device)).failedAttempts, 0)
    for (let attempt = 0; attempt < 2; attempt++)
      refused(await authenticate(device, 'possession_knowledge', { p: '9999' }))
    assert.equal((await status(device)).state, 'BLOCKED')
    refused(await authenticate(device, 'possession_knowledge'))
    await privateApi('/activation/unblock', { activationId: device.activationId })
    good(await authenticate(device, 'possession_knowledge'))
  },
)

strangerTest('block: a device that the server blocked is refused until it is unblocked', needs, async () => {
  const device = await createDevice()
  await commit(device)
  await privateApi('/activation/block', { activationId: device.activationId, reason: 'LOST' })
  refused(await authenticate(device, 'possession_knowledge'))
  refused(await device.run('csr', { N: 'CN=Alice', O: device.file('blocked.pem') }))
  await privateApi('/activation/unblock', { activationId: device.activationId })
  good(await authenticate(device, 'possession_knowledge'))
})

strangerTest('end-to-end encryption in the scope of the activation', needs, async () => {
  const device = await createDevice()
  await commit(device)
  const { powerauth } = await stack()
  await writeFile(device.file('request'), '{}')
  const call = { b: powerauth.public, d: device.file('request') }
  good(await device.run('encrypt', { ...call, u: `${powerauth.public}/pa/v3/user/info`, o: 'activation' }))
  await writeFile(device.file('rename'), '{"activationName":"renamed"}')
  const rename = { u: `${powerauth.public}/pa/v3/activation/rename`, E: '/pa/activation/rename', t: 'POST' }
  const signed = { ...call, ...rename, l: 'possession_knowledge', d: device.file('rename') }
  good(await device.run('sign-encrypt', signed))
  assert.equal(text((await status(device)).seen, 'activationName'), 'renamed')
})

strangerTest('tokens: created, used with encryption, removed', needs, async () => {
  const device = await createDevice()
  await commit(device)
  const { powerauth } = await stack()
  const created = good(await device.run('create-token', { l: 'possession_knowledge' }))
  const token = { T: String(logged(created, 'tokenId')), S: String(logged(created, 'tokenSecret')) }
  await writeFile(device.file('request'), '{}')
  const url = `${powerauth.public}/pa/v3/activation/detail`
  const call = { b: powerauth.public, u: url, t: 'POST', d: device.file('request') }
  good(await device.run('token-encrypt', { ...call, ...token }))
  refused(await device.run('token-encrypt', { ...call, ...token, S: Buffer.alloc(16).toString('base64') }))
  good(await device.run('remove-token', { ...token, l: 'possession' }))
  refused(await device.run('token-encrypt', { ...call, ...token }))
})

strangerTest('vault: opened by the PIN alone, and a device signature verifies for its data only', needs, async () => {
  const device = await createDevice()
  await commit(device)
  good(await device.run('unlock', { l: 'possession_knowledge', r: 'FETCH_ENCRYPTION_KEY' }))
  refused(await device.run('unlock', { l: 'possession_knowledge', r: 'FETCH_ENCRYPTION_KEY', p: '0000' }))
  const data = Buffer.from('what the device signs')
  const signature = await signBytes(device, data)
  const verify = (bytes: Uint8Array) =>
    privateApi('/signature/ecdsa/verify', {
      activationId: device.activationId,
      data: Buffer.from(bytes).toString('base64'),
      signature,
    })
  assert.equal(member(await verify(data), 'signatureValid'), true)
  assert.equal(member(await verify(data.subarray(1)), 'signatureValid'), false)
})

strangerTest('remove: a removed device is told so, and refused', needs, async () => {
  const device = await createDevice()
  await commit(device)
  good(await device.run('remove', { l: 'possession_knowledge' }))
  assert.equal((await status(device)).state, 'REMOVED')
  refused(await authenticate(device, 'possession_knowledge'))
})

/** The code of a refusal by CloudSigner Server. */
function refusal(answer: { status: number; body: unknown }) {
  return { status: answer.status, code: text(answer.body, 'responseObject', 'code') }
}

async function embed({ signer }: Stack, documentId: string, signature: string) {
  return postJson(`${signer.url}/documents/${documentId}/signature`, { signature }, signer.basic)
}

strangerTest(
  'the walk: activate, certify, upload, sign, download; nobody else signs and nothing signs twice',
  needs,
  async () => {
    const alice = await createDevice()
    await commit(alice)
    const mallory = await createDevice()
    await commit(mallory)
    const csr = await certificationRequest(alice, aliceNovak)
    const foreign = await certificationRequest(mallory, aliceNovak)

    assert.equal(refusal(await enrol(alice, foreign)).status, 400, 'a request for the key of another device')
    assert.equal((await enrol(alice, csr)).status, 200)

    const example = new URL('../examples/current-account.pdf', import.meta.url).pathname
    const { body } = await upload(alice, example)
    const hash = Buffer.from(text(body, 'hash'), 'base64')
    assert.equal(hash[0], 0x31, 'the hash is a DER SET OF')
    const documentId = text(body, 'documentId')

    const foreignSignature = await signBytes(mallory, hash)
    assert.deepEqual(refusal(await embed(await stack(), documentId, foreignSignature)), {
      status: 400,
      code: 'DOCUMENT_INVALID_SIGNATURE_ERROR',
    })
    const signature = await signBytes(alice, hash)
    const signed = await embed(await stack(), documentId, signature)
    assert.equal(signed.status, 200, JSON.stringify(signed.body))
    for (const again of [signature, await signBytes(alice, hash)]) {
      assert.deepEqual(refusal(await embed(await stack(), documentId, again)), {
        status: 400,
        code: 'ILLEGAL_OPERATION_ERROR',
      })
    }
  },
)

strangerTest('the walk: a wrong PIN gives no certification request', needs, async () => {
  const device = await createDevice()
  await commit(device)
  refused(await device.run('csr', { N: 'CN=Alice', O: device.file('none.pem'), p: `${pin}0` }))
  assert.equal((await status(device)).failedAttempts, 1)
})
