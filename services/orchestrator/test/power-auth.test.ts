/** What PowerAuth answers, in the bank's words. The genuine client, with answers of the test. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import { createPowerAuth } from '../src/adapters/power-auth.ts'
import { Problem } from '../src/domain/problem.ts'

type Answer = { readonly ok: unknown } | { readonly code: string } | null

/** PowerAuth that answers each path with the next of its answers, the last one for ever. */
function powerAuthThat(answers: Readonly<Record<string, readonly Answer[]>>) {
  const calls: { readonly path: string; readonly request: unknown }[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const path = new URL(String(input)).pathname.replace('/rest/v3', '')
    const before = calls.filter((call) => call.path === path).length
    calls.push({ path, request: JSON.parse(String(init?.body)).requestObject })
    const list = answers[path] ?? []
    const answer = list[Math.min(before, list.length - 1)]
    if (answer === null || answer === undefined) throw new TypeError('fetch failed')
    return 'ok' in answer
      ? Response.json({ status: 'OK', responseObject: answer.ok })
      : Response.json(
          { status: 'ERROR', responseObject: { code: answer.code, message: 'm', localizedMessage: 'm' } },
          { status: 400 },
        )
  }
  const client = createPowerAuthPrivateClient({ baseUrl: 'https://pa.example', fetch })
  return { powerAuth: createPowerAuth(client, 'bank'), calls }
}

const detail = {
  ok: {
    applicationId: 'bank',
    applicationRoles: [],
    masterPublicKey: 'key',
    versions: [
      {
        applicationVersionId: 'old',
        applicationKey: 'k',
        applicationSecret: 's',
        mobileSdkConfig: 'old',
        supported: false,
      },
      {
        applicationVersionId: 'default',
        applicationKey: 'k',
        applicationSecret: 's',
        mobileSdkConfig: 'config',
        supported: true,
      },
    ],
  },
}

const problem = (code: string) => (error: unknown) => error instanceof Problem && error.code === code
const paths = (calls: readonly { readonly path: string }[]) => calls.map((call) => call.path)

test("the bank's application is made once, and found afterwards", async () => {
  const create = { ok: { applicationId: 'bank', applicationRoles: [] } }
  const first = powerAuthThat({
    '/application/detail': [{ code: 'ERR0015' }, detail],
    '/application/create': [create],
  })
  assert.equal(await first.powerAuth.getMobileSdkConfig(), 'config')
  assert.equal(await first.powerAuth.getMobileSdkConfig(), 'config')
  assert.deepEqual(paths(first.calls), ['/application/detail', '/application/create', '/application/detail'])

  const second = powerAuthThat({ '/application/detail': [detail] })
  assert.equal(await second.powerAuth.getMobileSdkConfig(), 'config')
  assert.deepEqual(paths(second.calls), ['/application/detail'])

  const beaten = powerAuthThat({
    '/application/detail': [{ code: 'ERR0015' }, detail],
    '/application/create': [{ code: 'ERR0043' }],
  })
  assert.equal(await beaten.powerAuth.getMobileSdkConfig(), 'config')
})

test('where PowerAuth is not up yet, the next call tries again', async () => {
  const { powerAuth } = powerAuthThat({ '/application/detail': [null, detail] })
  await assert.rejects(powerAuth.getMobileSdkConfig(), problem('UPSTREAM_UNAVAILABLE'))
  assert.equal(await powerAuth.getMobileSdkConfig(), 'config')
})

const header = {
  activationId: 'c564e700-7e86-4a87-b6c8-a5a0cc89683f',
  applicationKey: 'UNfS0VZX3JhbmRvbQ0123w==',
  nonce: 'kYjzVBB8Y0ZFabxSWbWovQ==',
  type: 'possession_knowledge',
  code: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
  version: '3.3',
} as const
const call = { method: 'POST', uriId: '/x', body: new Uint8Array() }
const verified = {
  signatureValid: true,
  activationStatus: 'ACTIVE',
  blockedReason: null,
  activationId: header.activationId,
  userId: 'alice',
  applicationId: 'bank',
  signatureType: 'POSSESSION_KNOWLEDGE',
  remainingAttempts: 5,
  applicationRoles: [],
  activationFlags: [],
}

test('a code that verifies tells who calls, and of what the code is', async () => {
  const { powerAuth, calls } = powerAuthThat({ '/signature/verify': [{ ok: verified }] })
  assert.deepEqual(await powerAuth.verifyCode(header, call), { activationId: header.activationId, userId: 'alice' })
  assert.deepEqual(calls[0]?.request, {
    activationId: header.activationId,
    applicationKey: header.applicationKey,
    data: `POST&L3g=&${header.nonce}&`,
    signature: header.code,
    signatureType: 'POSSESSION_KNOWLEDGE',
    signatureVersion: '3.3',
  })
})

for (const [what, answer] of [
  ['does not verify', { ok: { ...verified, signatureValid: false } }],
  ["is another application's", { ok: { ...verified, applicationId: 'other' } }],
  ['is of a blocked activation', { ok: { ...verified, activationStatus: 'BLOCKED' } }],
  ['is of nobody', { ok: { ...verified, userId: null } }],
  ['is refused', { code: 'ERR0009' }],
] as const) {
  test(`a code that ${what} tells nothing`, async () => {
    const { powerAuth } = powerAuthThat({ '/signature/verify': [answer] })
    assert.equal(await powerAuth.verifyCode(header, call), null)
  })
}

test('a code without possession is not even asked about', async () => {
  const { powerAuth, calls } = powerAuthThat({ '/signature/verify': [{ ok: verified }] })
  assert.equal(await powerAuth.verifyCode({ ...header, type: 'knowledge' }, call), null)
  assert.deepEqual(calls, [])
})

test('PowerAuth that does not answer is no refusal', async () => {
  const { powerAuth } = powerAuthThat({})
  await assert.rejects(powerAuth.verifyCode(header, call), problem('UPSTREAM_UNAVAILABLE'))
  await assert.rejects(powerAuth.startActivation('alice'), problem('UPSTREAM_UNAVAILABLE'))
  await assert.rejects(powerAuth.getActivation('a'), problem('UPSTREAM_UNAVAILABLE'))
  const broken = powerAuthThat({ '/signature/verify': [{ code: 'ERR0000' }] })
  await assert.rejects(broken.powerAuth.verifyCode(header, call), problem('UPSTREAM_UNAVAILABLE'))
})

test('an activation that does not wait for it is not committed', async () => {
  const { powerAuth } = powerAuthThat({ '/activation/commit': [{ code: 'ERR0008' }] })
  await assert.rejects(powerAuth.commitActivation('a'), problem('STATE_FORBIDS'))
})
