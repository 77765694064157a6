import assert from 'node:assert/strict'
import {
  agreeActivationKeys,
  base64Decode,
  decodePrivateKey,
  decryptStatusBlob,
  type ProtocolVersion,
  type SharedInfo1,
  verifyTemporaryKeyResponse,
} from '@cloudsigner/powerauth-protocol'
import { nodeCrypto } from '@cloudsigner/powerauth-protocol/node'
import { sharedTest } from '@cloudsigner/testing'
import { openResponse } from './fixtures/envelope-keys.ts'
import {
  createSeeder,
  type RecordedActivation,
  type RecordedExchange,
  type RecordedStep,
  readTrace,
  recordedStatuses,
} from './fixtures/recorded.ts'
import { type Answer, type RunningService, send, startService } from './fixtures/service.ts'

/** Recovery codes are not served, and rename is refused by the recorded back end through a fault of its own. */
const notReplayed = new Set(['recovery-confirm', 'recovery-create', 'recovery-status'])

const sharedInfo1: Readonly<Record<string, SharedInfo1>> = {
  '/pa/v3/activation/create': '/pa/generic/application',
  '/pa/v3/activation/detail': '/pa/generic/activation',
  '/pa/v3/activation/rename': '/pa/generic/activation',
  '/pa/v3/user/info': '/pa/generic/activation',
  '/pa/v3/token/create': '/pa/token/create',
  '/pa/v3/vault/unlock': '/pa/vault/unlock',
}

for (const folder of ['v3.3', 'v3.2', 'v3.1', 'v3.3-device-key']) {
  sharedTest(
    `the server answers the genuine client's ${folder} as the genuine server did`,
    'vectors/powerauth',
    async (t) => {
      const { application, steps } = readTrace(folder)
      const running = await startService({}, new Date(timeOf(steps)).toISOString())
      t.after(() => running.close())
      const seeder = createSeeder(running)
      await seeder.application(application)
      const version = (folder.match(/\d\.\d/)?.[0] ?? '') as ProtocolVersion
      const activations = new Map<string, RecordedActivation>()
      let replayed = 0
      for (const step of steps) {
        const after = step.server.activation
        const publicExchanges = step.exchanges.filter(({ request }) => request.url.includes('/pa/v3/'))
        if (publicExchanges.length > 0 && !notReplayed.has(step.step)) {
          const before = after && stateBefore(step, activations.get(after.activationId))
          const created = step.step.startsWith('create') && after
          if (created) await seeder.waitingActivation(application.applicationId, after.activationId, codeOf(step))
          if (before) await seeder.activation(application.applicationId, before, maxFailedAttemptsAt(step))
          for (const key of step.server.temporaryKeys) await seeder.temporaryKey(application.applicationKey, key)
          if (step.step === 'token-encrypt') await seeder.token(after?.activationId ?? '', tokenOf(steps))
          for (const exchange of publicExchanges) {
            setClock(running, exchange)
            const answer = await replay(running, exchange)
            const recorded = { application, activation: created ? undefined : before, step }
            await compare(recorded, version, exchange, answer)
            replayed++
          }
          if (after && created) {
            const state = await seeder.stateOf(after.activationId)
            assert.equal(state.devicePublicKey, after.devicePublicKey)
            assert.equal(state.activationStatus, 2)
          } else if (after && step.step !== 'keystore') {
            const { activationStatus, failedAttempts, counter, ctrData } = await seeder.stateOf(after.activationId)
            const expected = [after.activationStatus, after.failedAttempts, after.counter, after.ctrData]
            assert.deepEqual([activationStatus, failedAttempts, counter, ctrData], expected, step.step)
          }
        }
        if (after) activations.set(after.activationId, after)
      }
      assert.ok(replayed >= (folder.endsWith('key') ? 9 : 25), `only ${replayed} exchanges`)
    },
  )
}

/** The recording does not show that the second activation was committed. */
function stateBefore(step: RecordedStep, recorded: RecordedActivation | undefined): RecordedActivation | undefined {
  return recorded && step.step === 'wrong-pin-1' ? { ...recorded, activationStatus: 3 } : recorded
}

/** The second activation was made with a limit of its own. */
function maxFailedAttemptsAt({ step }: RecordedStep): number {
  return ['wrong-pin-1', 'wrong-pin-2', 'status-blocked', 'remove', 'status-removed'].includes(step) ? 2 : 5
}

function replay({ urls }: RunningService, { request }: RecordedExchange): Promise<Answer> {
  const url = urls.public + request.url.slice(request.url.indexOf('/pa/v3/'))
  const body = request.method === 'GET' ? {} : { body: request.body ?? '' }
  return send(url, { method: request.method, headers: request.headers, ...body })
}

async function compare(
  recorded: {
    application: ReturnType<typeof readTrace>['application']
    activation: RecordedActivation | undefined
    step: RecordedStep
  },
  version: ProtocolVersion,
  { request, response }: RecordedExchange,
  answer: Answer,
): Promise<void> {
  const path = new URL(request.url).pathname.replace('/enrollment-server', '')
  const label = `${recorded.step.step} ${path}: ${JSON.stringify(answer.body)}`
  const expected = JSON.parse(response.body)
  if (path === '/pa/v3/activation/rename') {
    assert.equal(answer.status, 200, label)
    const opened = await openResponse(
      recorded,
      version,
      '/pa/generic/activation',
      JSON.parse(request.body ?? ''),
      envelopeOf(answer),
    )
    const { activationId } = recorded.activation ?? { activationId: '' }
    assert.deepEqual(opened, { status: 'OK', responseObject: { activationId, activationName: 'renamed' } })
    return
  }
  assert.equal(answer.status, response.status, label)
  if (path === '/pa/v3/keystore/create') return compareTemporaryKey(recorded, request.body ?? '', answer)
  if (path === '/pa/v3/activation/status') return compareStatus(recorded, request.body ?? '', answer, expected)
  const info = sharedInfo1[path]
  if (response.status !== 200 || info === undefined) {
    assert.deepEqual(answer.body, expected, label)
    return
  }
  const open = (body: unknown) =>
    openResponse(recorded, version, info, JSON.parse(request.body ?? ''), envelopeOf({ body }))
  const [ours, theirs] = [await open(answer.body), await open(expected)]
  // These are the server's to choose anew.
  if (path === '/pa/v3/activation/create') assert.ok(ours && typeof ours === 'object' && 'activationData' in ours)
  else if (path === '/pa/v3/token/create') assert.deepEqual(Object.keys(Object(ours)), Object.keys(Object(theirs)))
  else if (path === '/pa/v3/user/info') assert.equal(Object(ours).sub, 'alice')
  else assert.deepEqual(ours, theirs, label)
}

async function compareTemporaryKey(
  { application, activation }: Parameters<typeof compare>[0],
  body: string,
  answer: Answer,
): Promise<void> {
  const asked = JSON.parse(Buffer.from(JSON.parse(body).requestObject.jwt.split('.')[1], 'base64url').toString())
  const request = {
    applicationKey: asked.applicationKey,
    challenge: asked.challenge,
    ...(asked.activationId && { activationId: asked.activationId }),
  }
  const signer = asked.activationId ? activation?.serverPublicKey : application.masterPublicKey
  const { jwt } = Object(answer.body).responseObject
  const key = await verifyTemporaryKeyResponse(nodeCrypto, {
    jwt,
    request,
    signerPublicKey: base64Decode(signer ?? '', 'signer'),
  })
  assert.equal(key.expiresAt - key.issuedAt, 300_000)
}

async function compareStatus(
  { activation, step }: Parameters<typeof compare>[0],
  body: string,
  answer: Answer,
  expected: unknown,
): Promise<void> {
  assert.ok(activation)
  const { challenge } = JSON.parse(body).requestObject
  const privateKey = decodePrivateKey(base64Decode(activation.serverPrivateKey, 'key'))
  const server = { privateKey, publicKey: base64Decode(activation.serverPublicKey, 'key') }
  const { transportKey } = await agreeActivationKeys(
    nodeCrypto,
    server,
    base64Decode(activation.devicePublicKey, 'key'),
  )
  const open = async (value: unknown) => {
    const { responseObject, status } = value as { status: string; responseObject: Record<string, string> }
    const context = {
      transportKey,
      challenge: base64Decode(challenge, 'challenge'),
      nonce: base64Decode(responseObject.nonce ?? '', 'nonce'),
    }
    const blob = base64Decode(responseObject.encryptedStatusBlob ?? '', 'blob')
    return {
      status,
      activationId: responseObject.activationId,
      blob: await decryptStatusBlob(nodeCrypto, context, blob),
    }
  }
  const ours = await open(answer.body)
  const theirs = await open(expected)
  assert.ok(theirs.blob, step.step)
  assert.equal(ours.blob?.activationStatus, recordedStatuses[activation.activationStatus - 1])
  assert.deepEqual(ours, theirs, step.step)
}

const envelopeOf = (answer: { body: unknown }) => answer.body as { encryptedData: string; nonce?: string }

/** Time of the request by its own word, as the recorded server's clock was right. */
function setClock({ clock }: RunningService, { request }: RecordedExchange): void {
  const inHeader = /timestamp="(\d+)"/.exec(request.headers['X-PowerAuth-Token'] ?? '')?.[1]
  const inBody = /"timestamp":(\d+)/.exec(request.body ?? '')?.[1]
  const time = inHeader ?? inBody
  if (time !== undefined) clock.set(new Date(Number(time)))
}

function timeOf(steps: readonly RecordedStep[]): number {
  const text = JSON.stringify(steps.map((step) => step.exchanges))
  return Number(/\\"timestamp\\":(\d+)/.exec(text)?.[1] ?? 1_795_473_284_011)
}

function codeOf(step: RecordedStep): string {
  return /[A-Z2-7]{5}(?:-[A-Z2-7]{5}){3}/.exec(JSON.stringify(step))?.[0] ?? ''
}

function tokenOf(steps: readonly RecordedStep[]): { tokenId: string; tokenSecret: string } {
  const created = steps.find((step) => step.step === 'token-create')
  const item = created?.client?.log.find((entry) => entry.id === 'token-create-token-obtained')
  return item?.object as { tokenId: string; tokenSecret: string }
}
