/** What the SDK makes of answers; the walk against the real service is in apps/cli/test/device. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PowerAuthError, possessionWithPassword, powerAuthErrors } from '@cloudsigner/powerauth-sdk'
import {
  MobileToken,
  MobileTokenError,
  type MobileTokenErrorCode,
  mobileTokenErrors,
  type PowerAuthOfOperations,
} from '../src/index.ts'

const amount = {
  amount: 100,
  currency: 'CZK',
  amountFormatted: '100.00',
  currencyFormatted: 'Kč',
  valueFormatted: '100.00 Kč',
}
const conversion = Object.fromEntries(
  ['source', 'target'].flatMap((side) =>
    Object.entries(amount).map(([name, value]) => [`${side}${name.charAt(0).toUpperCase()}${name.slice(1)}`, value]),
  ),
)
const attributes = [
  { type: 'AMOUNT', ...amount },
  { type: 'AMOUNT_CONVERSION', dynamic: true, ...conversion },
  { type: 'KEY_VALUE', value: 'v' },
  { type: 'NOTE', note: 'n' },
  { type: 'HEADING', level: 1 },
  { type: 'ALERT', alertType: 'ERROR', title: 't', message: 'm' },
  { type: 'IMAGE', thumbnailUrl: 'https://x/t', originalUrl: 'https://x/o' },
  {
    type: 'PARTY_INFO',
    partyInfo: { logoUrl: 'https://x/l', name: 'Shop', description: 'd', websiteUrl: 'https://x' },
  },
]
const operation = {
  id: 'op-1',
  name: 'payment',
  data: 'A1*A100CZK',
  status: 'PENDING',
  operationCreated: '2026-11-23T22:34:51+0000',
  operationExpires: '2026-11-23T23:34:51+0100',
  allowedSignatureType: { type: '2FA', variants: ['possession_knowledge', 'possession_newest'] },
  formData: {
    title: 'Pay',
    message: 'Please',
    attributes: attributes.map((attribute, index) => ({ id: `a${index}`, label: `l${index}`, ...attribute })),
  },
}

/** A device that gives these answers, one after the other, and notes what it was asked. */
function deviceThat(...answers: readonly unknown[]) {
  const asked: string[] = []
  let tokens = 0
  const answer = async (what: string): Promise<unknown> => {
    const next = answers[asked.push(what) - 1]
    if (next instanceof Error) throw next
    return next
  }
  const powerAuth: PowerAuthOfOperations = {
    requestAuthenticated: (_authentication, { uriId, path }) => answer(`${uriId} ${path}`),
    requestWithToken: (_name, { path }) => answer(path),
    verifyOfflinePayload: async () => {
      throw new PowerAuthError('invalid_argument')
    },
    offlineCode: async () => '12345678-12345678',
    tokens: {
      has: () => tokens > 0,
      create: async () => {
        tokens++
      },
    },
  }
  return { mobileToken: new MobileToken({ powerAuth }), asked, tokens: () => tokens }
}

const one = (responseObject: unknown) => ({
  status: 'OK',
  responseObject,
  currentTimestamp: '2026-11-23T22:34:52+0000',
})

async function refuses(code: MobileTokenErrorCode, call: Promise<unknown>): Promise<MobileTokenError> {
  const error = await call.then(
    () => undefined,
    (thrown) => thrown,
  )
  assert.ok(error instanceof MobileTokenError, String(error))
  assert.equal(error.code, code)
  return error
}

test('every type of attribute is read with its members', async () => {
  const read = await deviceThat(one(operation)).mobileToken.detail('op-1')
  const money = { source: amount, target: amount }
  const expected = attributes.map((attribute) =>
    attribute.type === 'AMOUNT_CONVERSION' ? { type: attribute.type, dynamic: true, ...money } : attribute,
  )
  assert.deepEqual(
    read.form.attributes.map(({ id: _id, label: _label, ...rest }) => rest),
    expected,
  )
  assert.deepEqual([read.created, read.expires], [new Date('2026-11-23T22:34:51Z'), new Date('2026-11-23T22:34:51Z')])
  assert.deepEqual(read.allowedFactors, ['possession_knowledge'])
  assert.deepEqual(read.ui, { flipButtons: false, blockApprovalOnCall: false })
})

test('attributes and screens that are unknown or broken are left out', async () => {
  const odd = [
    { type: 'HOLOGRAM', id: 'x', label: 'x' },
    { type: 'constructor', id: 'x', label: 'x' },
    { type: 'KEY_VALUE', id: 'x' },
    { type: 'NOTE', id: 'x', label: 'x', note: 7 },
    null,
    { type: 'NOTE', id: 'ok', label: 'x', note: 'n' },
  ]
  const ui = {
    flipButtons: true,
    preApprovalScreen: { type: 'DANCE', heading: 'h', message: 'm' },
    postApprovalScreen: { type: 'REVIEW', heading: 'h', message: 'm', payload: { attributes: [] } },
  }
  const formData = { ...operation.formData, attributes: odd }
  const read = await deviceThat(one({ ...operation, ui, formData })).mobileToken.detail('op-1')
  assert.deepEqual(
    read.form.attributes.map(({ id }) => id),
    ['ok'],
  )
  const postApprovalScreen = { type: 'REVIEW', heading: 'h', message: 'm', payload: { attributes: [] } }
  assert.deepEqual(read.ui, { flipButtons: true, blockApprovalOnCall: false, postApprovalScreen })
})

test('an answer out of form is refused', async () => {
  const broken: readonly unknown[] = [
    undefined,
    null,
    'text',
    {},
    one(null),
    one([]),
    one({ ...operation, id: 1 }),
    one({ ...operation, status: 'MAYBE' }),
    one({ ...operation, operationExpires: 'soon' }),
    one({ ...operation, formData: undefined }),
    one({ ...operation, allowedSignatureType: null }),
  ]
  for (const answer of broken) await refuses('invalid_response', deviceThat(answer).mobileToken.detail('op-1'))
  for (const answer of [{ status: 'ERROR' }, one({}), one([operation, {}]), { ...one([]), currentTimestamp: 1 }])
    await refuses('invalid_response', deviceThat(answer).mobileToken.list())
})

test('the server’s codes are told apart; what PowerAuth refuses on the device is its error’s', async () => {
  const said: readonly (readonly [string, MobileTokenErrorCode])[] = [
    ['INVALID_OPERATION', 'operation_unknown'],
    ['INVALID_ACTIVATION', 'operation_unknown'],
    ['OPERATION_ALREADY_FINISHED', 'operation_finished'],
    ['OPERATION_ALREADY_FAILED', 'operation_failed'],
    ['OPERATION_ALREADY_CANCELED', 'operation_canceled'],
    ['OPERATION_EXPIRED', 'operation_expired'],
    ['OPERATION_REQUIRES_ACTIVATION_FLAG', 'activation_flag_missing'],
    ['INVALID_REQUEST', 'request_refused'],
    ['toString', 'request_refused'],
  ]
  for (const [serverCode, code] of said) {
    const refusal = new PowerAuthError('request_refused', undefined, { status: 400, serverCode })
    const error = await refuses(code, deviceThat(refusal).mobileToken.detail('x'))
    assert.equal(error.serverCode, serverCode)
  }
  const own = ['network', 'server_failed', 'invalid_response', 'request_refused'] as const
  for (const code of own) await refuses(code, deviceThat(new PowerAuthError(code)).mobileToken.detail('x'))
  const counted = new PowerAuthError('authentication_failed', undefined, {
    status: 401,
    serverCode: 'OPERATION_FAILED',
  })
  const read = await deviceThat(one(operation)).mobileToken.detail('op-1')
  await refuses('approval_refused', deviceThat(counted).mobileToken.authorize(read, possessionWithPassword('1')))
  const missing = await refuses(
    'power_auth',
    deviceThat(new PowerAuthError('activation_missing')).mobileToken.detail('x'),
  )
  assert.ok(missing.cause instanceof PowerAuthError)
  const foreign = deviceThat(new RangeError('a fault of the program')).mobileToken.detail('x')
  await assert.rejects(foreign, RangeError)
  await refuses('invalid_offline_payload', deviceThat().mobileToken.readOffline('x'))
})

test('a token is asked for once, kept, and replaced once where the server refuses it', async () => {
  const refused = new PowerAuthError('authentication_failed', undefined, {
    status: 401,
    serverCode: 'POWERAUTH_AUTH_FAIL',
  })
  const first = deviceThat(one([]), one([]), refused, one([]))
  for (let call = 0; call < 3; call++) await first.mobileToken.list()
  assert.deepEqual([first.tokens(), first.asked.length], [2, 4])
  const hopeless = deviceThat(one([]), refused, refused, one([]))
  await hopeless.mobileToken.list()
  await refuses('authentication_failed', hopeless.mobileToken.list())
  assert.equal(hopeless.asked.length, 3)
})

test('each call names its constant of the protocol', async () => {
  const { mobileToken, asked } = deviceThat(one(operation), { status: 'OK' }, { status: 'OK' }, one([operation]))
  const read = await mobileToken.detail('op-1')
  await mobileToken.authorize(read, possessionWithPassword('1234'))
  await mobileToken.reject(read)
  await mobileToken.history(possessionWithPassword('1234'))
  const path = '/api/auth/token/app/operation'
  assert.deepEqual(asked, [
    `${path}/detail`,
    `/operation/authorize ${path}/authorize`,
    `/operation/cancel ${path}/cancel`,
    `/operation/history ${path}/history`,
  ])
})

test('every error code is documented in one sentence, and none of PowerAuth’s means something else here', () => {
  for (const [code, sentence] of Object.entries<string>(mobileTokenErrors))
    assert.match(sentence, /^[A-Z].{10,}[^.]$/, code)
  const shared = Object.keys(mobileTokenErrors).filter((code) => Object.hasOwn(powerAuthErrors, code))
  assert.deepEqual(shared.toSorted(), [
    'authentication_failed',
    'invalid_response',
    'network',
    'request_refused',
    'server_failed',
  ])
})
