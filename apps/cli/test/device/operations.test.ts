/** Operations: the Mobile Token SDK and `cloudsigner device` against the real PowerAuth service over HTTP. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { cloudSignatureTemplate } from '@cloudsigner/contracts/powerauth-private'
import {
  MobileToken,
  MobileTokenError,
  type MobileTokenErrorCode,
  type OperationList,
  parseOperationData,
  parseProximityCode,
  watchOperations,
} from '@cloudsigner/mobile-token-sdk'
import { nodeCrypto } from '@cloudsigner/powerauth-protocol/node'
import {
  memoryStorage,
  PowerAuth,
  possession,
  possessionWithBiometry,
  possessionWithPassword,
} from '@cloudsigner/powerauth-sdk'
import { device } from './device-runner.ts'
import { type RunningPowerAuth, startPowerAuth } from './running-powerauth.ts'

const applicationId = 'operations'
const pin = '1234'
const templateName = cloudSignatureTemplate.templateName
const parameters = { approvalHash: 'a1'.repeat(32), documentName: 'Loan * 2026.pdf', documentHash: 'd2'.repeat(32) }
let server: RunningPowerAuth
let mobileSdkConfig: string
let folder: string

before(async () => {
  server = await startPowerAuth()
  mobileSdkConfig = await server.createApplication(applicationId)
  await server.client.createOperationTemplate(cloudSignatureTemplate)
  folder = await mkdtemp(join(tmpdir(), 'cloudsigner-operations-'))
})
after(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

async function phoneOf(userId: string) {
  const { activationCode, activationId } = await server.client.initActivation({ userId, applicationId })
  let biometryKey: Uint8Array | undefined
  const powerAuth = await PowerAuth.open({
    mobileSdkConfig,
    baseUrl: server.publicUrl,
    storage: memoryStorage(),
    crypto: nodeCrypto,
    fetch,
    clock: server.clock,
    biometry: {
      save: async (key) => {
        biometryKey = key.slice()
      },
      load: async () => biometryKey,
      clear: async () => undefined,
    },
  })
  await powerAuth.createActivation({ code: activationCode, name: 'phone' })
  await powerAuth.persistActivation({ password: pin, biometry: true })
  await server.client.commitActivation({ activationId })
  return { powerAuth, activationId, mobileToken: new MobileToken({ powerAuth, language: 'cs,en;q=0.5' }) }
}

const create = (userId: string | null, more: object = {}) =>
  server.client.createOperation({ userId, applications: [applicationId], templateName, parameters, ...more })
const stored = (operationId: string) => server.client.operationDetail({ operationId })

async function refuses(code: MobileTokenErrorCode, call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof MobileTokenError, String(error))
    assert.equal(error.code, code)
    return true
  })
}

test('an operation is listed, read, approved by PIN; the server knows by which device', async () => {
  const { mobileToken, activationId } = await phoneOf('alice')
  assert.deepEqual((await mobileToken.list()).operations, [])
  const { id } = await create('alice')
  const { operations, serverTime } = await mobileToken.list()
  assert.deepEqual(
    operations.map((operation) => operation.id),
    [id],
  )
  assert.equal(serverTime.getTime(), server.clock.now().getTime())
  const operation = await mobileToken.detail(id)
  assert.deepEqual(operation, operations[0])
  assert.equal(operation.form.title, 'Podpis dokumentu')
  assert.equal(operation.form.message, 'Chystáte se podepsat Loan * 2026.pdf.')
  assert.deepEqual(
    operation.form.attributes.map((attribute) => attribute.type === 'KEY_VALUE' && attribute.value),
    [parameters.documentName, parameters.documentHash, parameters.approvalHash],
  )
  assert.deepEqual(operation.allowedFactors, ['possession_knowledge', 'possession_biometry'])
  assert.deepEqual(parseOperationData(operation.data).fields, [
    { type: 'text', text: parameters.approvalHash },
    { type: 'note', text: parameters.documentName },
    { type: 'text', text: parameters.documentHash },
  ])

  await mobileToken.authorize(operation, possessionWithPassword(pin), { mobileTokenData: { rooted: false } })
  const approved = await stored(id)
  assert.equal(approved.status, 'APPROVED')
  const { additionalData } = approved
  assert.equal(additionalData.activationId, activationId)
  assert.equal(additionalData.applicationId, applicationId)
  assert.equal(additionalData.authFactor, 'POSSESSION_KNOWLEDGE')
  assert.equal(additionalData.ipAddress, '127.0.0.1')
  assert.deepEqual(additionalData.mobileTokenData, { rooted: false })
  await refuses('operation_finished', mobileToken.authorize(operation, possessionWithPassword(pin)))
  assert.deepEqual((await mobileToken.list()).operations, [])
  const history = await mobileToken.history(possessionWithPassword(pin))
  assert.deepEqual(
    history.operations.map(({ status }) => status),
    ['APPROVED'],
  )
})

test('approved by biometry, rejected with a reason, canceled, expired: each is told apart', async () => {
  const { mobileToken } = await phoneOf('bob')
  const byBiometry = await mobileToken.detail((await create('bob')).id)
  await mobileToken.authorize(byBiometry, possessionWithBiometry())
  assert.equal((await stored(byBiometry.id)).additionalData.authFactor, 'POSSESSION_BIOMETRY')

  const rejected = await mobileToken.detail((await create('bob')).id)
  await mobileToken.reject(rejected, 'INCORRECT_DATA')
  const { status, additionalData } = await stored(rejected.id)
  assert.deepEqual([status, additionalData.rejectReason], ['REJECTED', 'INCORRECT_DATA'])
  await refuses('operation_finished', mobileToken.reject(rejected))

  const canceled = await mobileToken.detail((await create('bob')).id)
  await server.client.cancelOperation({ operationId: canceled.id, statusReason: 'CHANGED_MIND' })
  await refuses('operation_canceled', mobileToken.authorize(canceled, possessionWithPassword(pin)))
  assert.equal((await mobileToken.detail(canceled.id)).statusReason, 'CHANGED_MIND')

  const soon = new Date(server.clock.now().getTime() + 1000).toISOString()
  const expired = await mobileToken.detail((await create('bob', { timestampExpires: soon })).id)
  server.clock.advance(2)
  await refuses('operation_expired', mobileToken.authorize(expired, possessionWithPassword(pin)))
  await refuses('operation_expired', mobileToken.reject(expired))
  assert.equal((await stored(expired.id)).status, 'EXPIRED')
  await refuses('operation_unknown', mobileToken.detail('00000000-0000-4000-8000-000000000000'))
})

test('a wrong PIN counts at the activation and at the operation, and fails it in the end', async () => {
  const { mobileToken, powerAuth } = await phoneOf('carol')
  const operation = await mobileToken.detail((await create('carol')).id)
  await refuses('authentication_failed', mobileToken.authorize(operation, possessionWithPassword('9999')))
  assert.equal((await stored(operation.id)).failureCount, 1)
  assert.equal((await powerAuth.fetchActivationStatus()).failedAttempts, 1)
  const changed = { ...operation, data: operation.data.replace('d2', 'd3') }
  await refuses('approval_refused', mobileToken.authorize(changed, possessionWithPassword(pin)))
  assert.equal((await stored(operation.id)).failureCount, 2)
  for (let left = 3; left > 1; left--)
    await refuses('approval_refused', mobileToken.authorize(changed, possessionWithPassword(pin)))
  await refuses('operation_failed', mobileToken.authorize(changed, possessionWithPassword(pin)))
  assert.equal((await stored(operation.id)).status, 'FAILED')
  await refuses('operation_failed', mobileToken.authorize(operation, possessionWithPassword(pin)))
})

test('factors that are not allowed, and a scan that is missing, are refused before anything is sent', async () => {
  const { mobileToken } = await phoneOf('dave')
  const operation = await mobileToken.detail((await create('dave')).id)
  await refuses('factor_not_allowed', mobileToken.authorize(operation, possession()))
  const preApprovalScreen = { type: 'QR_SCAN', heading: '', message: '', items: [] } as const
  const scanning = { ...operation, ui: { ...operation.ui, preApprovalScreen } }
  await refuses('proximity_missing', mobileToken.authorize(scanning, possessionWithPassword(pin)))
  const other = parseProximityCode('bank://x?oid=other&potp=12345678', 'QR_CODE')
  await refuses(
    'invalid_proximity_code',
    mobileToken.authorize(scanning, possessionWithPassword(pin), { proximityCode: other }),
  )
  assert.equal((await stored(operation.id)).failureCount, 0)
})

test('a proximity check wants the code that another channel shows now', async () => {
  const { mobileToken } = await phoneOf('erin')
  const { id, proximityOtp } = await create('erin', { proximityCheckEnabled: true })
  const operation = await mobileToken.detail(id)
  assert.ok(!JSON.stringify(operation).includes(String(proximityOtp)), 'the phone is not told')
  await refuses('approval_refused', mobileToken.authorize(operation, possessionWithPassword(pin)))
  const proximityCode = parseProximityCode(`bank://x?oid=${id}&potp=${proximityOtp}`, 'DEEPLINK')
  server.clock.advance(70)
  await refuses('approval_refused', mobileToken.authorize(operation, possessionWithPassword(pin), { proximityCode }))
  const { proximityOtp: now } = await stored(id)
  const fresh = parseProximityCode(`bank://x?oid=${id}&potp=${now}`, 'QR_CODE')
  server.clock.advance(29)
  await mobileToken.authorize(operation, possessionWithPassword(pin), { proximityCode: fresh })
  assert.equal((await stored(id)).status, 'APPROVED')
})

test('an operation of nobody becomes that of who claims it', async () => {
  const [first, second] = [await phoneOf('frank'), await phoneOf('grace')]
  const { id } = await create(null)
  assert.deepEqual((await first.mobileToken.list()).operations, [])
  const operation = await first.mobileToken.claim(id)
  assert.equal((await stored(id)).userId, 'frank')
  await refuses('request_refused', second.mobileToken.claim(id))
  await refuses('request_refused', second.mobileToken.detail(id))
  await refuses('request_refused', second.mobileToken.authorize(operation, possessionWithPassword(pin)))
  await refuses('request_refused', second.mobileToken.reject(operation))
  assert.equal((await stored(id)).status, 'PENDING')
  await first.mobileToken.authorize(operation, possessionWithPassword(pin))
})

test('a token that the server forgot is replaced; a removed activation is refused', async () => {
  const { mobileToken, activationId, powerAuth } = await phoneOf('heidi')
  await mobileToken.list()
  await powerAuth.tokens.remove('possession_universal', possession())
  await mobileToken.list()
  await server.client.blockActivation({ activationId })
  await refuses('authentication_failed', mobileToken.list())
  await server.client.unblockActivation({ activationId })
  await mobileToken.list()
  await powerAuth.removeActivationLocal()
  await refuses('power_auth', mobileToken.list())
})

test('offline: the payload is read, its code verifies at the server, with a TOTP too', async () => {
  const { mobileToken, activationId } = await phoneOf('ivan')
  const data = 'op-7\nPay\\nnow\nPlease \\\\ confirm\nA1*A100CZK*ICZ2730300000001165254011\nBX'
  const proximityCheck = { seed: Buffer.from('a seed of the tests').toString('base64') }
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const body = base64('op-7&A1*A100CZK*ICZ2730300000001165254011')
  for (const check of [undefined, proximityCheck]) {
    const { offlineData, nonce } = await server.client.createPersonalizedOfflineSignaturePayload({
      activationId,
      data,
      proximityCheck: check ?? null,
    })
    const read = await mobileToken.readOffline(offlineData)
    assert.deepEqual(
      [read.id, read.title, read.message, read.proximity],
      ['op-7', 'Pay\nnow', 'Please \\ confirm', check !== undefined],
    )
    assert.deepEqual([read.flags.biometryAllowed, read.flags.flipButtons, read.signedFor], [true, true, 'activation'])
    const verify = (signature: string, more: object = {}) =>
      server.client.verifyOfflineSignature({
        activationId,
        data: `POST&${base64('/operation/authorize/offline')}&${nonce}&${body}`,
        signature,
        allowBiometry: true,
        ...(check ? { proximityCheck: { ...check, stepCount: 1 } } : {}),
        ...more,
      })
    const code = await mobileToken.offlineCode(offlineData, possessionWithBiometry())
    assert.equal((await verify(code)).signatureValid, true)
    const late = await mobileToken.offlineCode(offlineData, possessionWithPassword(pin))
    server.clock.advance(90)
    assert.equal((await verify(late)).signatureValid, check === undefined)
    await refuses('invalid_offline_payload', mobileToken.readOffline(offlineData.replace('A100', 'A900')))
    await refuses('factor_not_allowed', mobileToken.offlineCode(offlineData, possession()))
  }
})

test('a watch tells the first list and each change, and goes on after a failure', async () => {
  const { mobileToken } = await phoneOf('judy')
  const seen: number[] = []
  const errors: string[] = []
  const controller = new AbortController()
  const steps = [
    () => create('judy'),
    async () => undefined,
    async () => {
      fail = true
    },
    async () => {
      fail = false
      await create('judy')
    },
    async () => controller.abort(),
  ]
  let fail = false
  const list = (): Promise<OperationList> =>
    fail ? Promise.reject(new MobileTokenError('network')) : mobileToken.list()
  await watchOperations(
    { list },
    {
      signal: controller.signal,
      onChange: ({ operations }) => seen.push(operations.length),
      onError: ({ code }) => errors.push(code),
      sleep: async () => {
        await steps.shift()?.()
      },
    },
  )
  assert.deepEqual([seen, errors], [[0, 1, 2], ['network']])
})

test('cloudsigner device: operations, show, approve, reject', async () => {
  const { activationCode, activationId } = await server.client.initActivation({ userId: 'kim', applicationId })
  const state = ['--state', join(folder, 'kim')]
  const address = ['--config', mobileSdkConfig, '--url', server.publicUrl]
  await device(['activate', ...state, ...address, '--code', activationCode, '--pin', pin])
  await server.client.commitActivation({ activationId })
  assert.equal((await device(['operations', ...state])).stdout, 'No operation waits.\n')
  const first = await create('kim')
  const second = await create('kim')
  const { operations } = JSON.parse((await device(['operations', ...state, '--json'])).stdout)
  assert.deepEqual(new Set(operations.map(({ id }: { id: string }) => id)), new Set([first.id, second.id]))
  const shown = await device(['show', first.id, ...state, '--language', 'de'])
  assert.match(shown.stdout, /Dokument unterschreiben.*Loan \* 2026\.pdf.*PENDING/s)
  const refused = await device(['approve', first.id, ...state, '--pin', '9999'], 1)
  assert.match(refused.stderr, /authentication_failed/)
  await device(['approve', first.id, ...state], 2)
  const approved = await device(['approve', first.id, ...state, '--pin', pin])
  assert.match(approved.stderr, /Loan \* 2026\.pdf/)
  assert.equal((await stored(first.id)).status, 'APPROVED')
  await device(['reject', second.id, ...state, '--reason', 'UNEXPECTED_OPERATION'])
  assert.equal((await stored(second.id)).additionalData.rejectReason, 'UNEXPECTED_OPERATION')
  assert.match((await device(['reject', second.id, ...state], 1)).stderr, /operation_finished/)
  await device(['show', ...state], 2)
})
