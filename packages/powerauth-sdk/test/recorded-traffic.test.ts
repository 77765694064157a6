/** What the genuine client sent, from the same state and with the same random values, the SDK sends: to the byte. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import {
  type AuthenticationCodeType,
  base64Decode,
  decodePrivateKey,
  encryptDevicePrivateKey,
  parseAuthorizationHeader,
  unlockKnowledgeKey,
} from '@cloudsigner/powerauth-protocol'
import { nodeCrypto } from '@cloudsigner/powerauth-protocol/node'
import { sharedPath, sharedTest } from '@cloudsigner/testing'
import { encodeRecord } from '../src/activation-record.ts'
import { type Authentication, memoryStorage, PowerAuth, type PowerAuthOptions } from '../src/index.ts'
import { protectKnowledge } from '../src/knowledge.ts'

interface Step {
  readonly step: string
  readonly client?: {
    readonly options: Readonly<Record<string, string>>
    readonly statusBefore: Readonly<Record<string, string>> | null
    readonly statusAfter: Readonly<Record<string, string>> | null
    readonly log: readonly { readonly id: string; readonly object?: Readonly<Record<string, unknown>> }[]
  }
  readonly server: { readonly activation?: Readonly<Record<string, string>> }
  readonly exchanges: readonly {
    readonly request: { method: string; url: string; headers: Record<string, string>; body: string }
    readonly response: { status: number; body: string }
  }[]
}

const trace = 'vectors/powerauth/traces/v3.3'
const pin = '1234'
const decode = (text: string | undefined) => base64Decode(text ?? '', 'a recorded value')

sharedTest('authentication headers and the counter after them: 14 requests', trace, async () => {
  let count = 0
  for (const step of readSteps()) {
    const { client } = step
    const request = step.exchanges.at(-1)?.request
    const recorded = request?.headers['X-PowerAuth-Authorization']
    // token-remove: the genuine client forgets a step; the others are not authenticated, or of three factors, or encrypted.
    const skipped = ['token-remove', 'sign-three-factors', 'sign-encrypt', 'recovery-confirm']
    if (!client?.statusBefore || !request || recorded === undefined || skipped.includes(step.step)) continue
    const header = parseAuthorizationHeader(recorded)
    const powerAuth = await phoneOf(step, () => decode(header.nonce))
    const { method, body } = request
    const query = request.url.split('?')[1]?.replaceAll('%25', '%') ?? '' // as the client had it before it escaped it once more
    const authentication = authenticationOf(header.type, client.options.p)
    const made = await powerAuth.phone.authenticationHeader(authentication, {
      method,
      uriId: uriIdOf(step),
      body,
      query,
    })
    assert.equal(made['X-PowerAuth-Authorization'], recorded, step.step)
    assert.equal(await powerAuth.storedCounter(), client.statusAfter?.ctrData, step.step)
    count++
  }
  assert.equal(count, 14)
})

sharedTest('status: the request, and what its answer says: 8 requests', trace, async () => {
  let count = 0
  for (const step of readSteps()) {
    const exchange = step.exchanges[0]
    const before = step.client?.statusBefore
    if (!exchange?.request.url.endsWith('/pa/v3/activation/status') || !before) continue
    const { challenge } = JSON.parse(exchange.request.body).requestObject
    const sent: string[] = []
    const { phone } = await phoneOf(
      step,
      () => decode(challenge),
      async (url, init) => {
        if (url.endsWith('/pa/v3/status')) return Response.json({ status: 'OK', responseObject: { serverTime: 0 } })
        sent.push(`${init.method} ${url} ${init.body}`)
        return new Response(exchange.response.body)
      },
    )
    const status = await phone.fetchActivationStatus()
    assert.deepEqual(sent, [`POST http://localhost/enrollment-server/pa/v3/activation/status ${exchange.request.body}`])
    const obtained = step.client?.log.find(({ id }) => id === 'activation-status-obtained')?.object?.statusBlob
    const said = { ...(obtained as Readonly<Record<string, unknown>>) }
    assert.equal(status.state, said.activationStatusName, step.step)
    assert.equal(status.failedAttempts, said.failedAttempts)
    assert.equal(status.maxFailedAttempts, said.maxFailedAttempts)
    count++
  }
  assert.equal(count, 8)
})

function readSteps(): readonly Step[] {
  const files = readdirSync(sharedPath(trace)).filter((file) => /^\d/.test(file))
  return files.sort().map((file) => JSON.parse(readFileSync(sharedPath(trace, file), 'utf8')))
}

/** The SDK in the state that the genuine client recorded before the step. */
async function phoneOf(step: Step, random: () => Uint8Array, fetch: PowerAuthOptions['fetch'] = unused) {
  const state = step.client?.statusBefore ?? {}
  const { application } = JSON.parse(readFileSync(sharedPath(trace, 'application.json'), 'utf8'))
  const typed = step.client?.options.p ?? pin // a wrong PIN unlocks a wrong key, the same one here as there
  const salt = decode(state.signatureKnowledgeKeySalt)
  const derivation = { hash: 'SHA-1', salt, iterations: 10_000 } as const
  const atRest = decode(state.signatureKnowledgeKeyEncrypted)
  const storage = memoryStorage()
  const record = encodeRecord({
    activationId: state.activationId ?? '',
    applicationKey: application.applicationKey,
    serverPublicKey: decode(state.serverPublicKey),
    devicePublicKey: decode(step.server.activation?.devicePublicKey ?? state.serverPublicKey),
    transportKey: decode(state.transportMasterKey),
    signaturePossessionKey: decode(state.signaturePossessionKey),
    ...(await protectKnowledge(nodeCrypto, await unlockKnowledgeKey(nodeCrypto, atRest, typed, derivation), typed)),
    encryptedDevicePrivateKey: await encryptDevicePrivateKey(nodeCrypto, salt, decodePrivateKey(salt)),
    ctrData: decode(state.ctrData),
    ctrByte: Number(state.counter) & 0xff,
    tokens: {},
  })
  await storage.save(record)
  const phone = await PowerAuth.open({
    mobileSdkConfig: application.mobileSdkConfig,
    baseUrl: 'http://localhost/enrollment-server',
    storage,
    crypto: { ...nodeCrypto, random },
    fetch,
    clock: { now: () => new Date(0) },
    biometry: {
      save: unused,
      load: async () => decode(state.signatureBiometryKey),
      clear: unused,
    },
  })
  const storedCounter = async () => JSON.parse(new TextDecoder().decode(await storage.load())).ctrData as string
  return { phone, storedCounter }
}

function authenticationOf(type: AuthenticationCodeType, password = pin): Authentication {
  if (type === 'possession' || type === 'possession_biometry') return { type }
  assert.equal(type, 'possession_knowledge')
  return { type: 'possession_knowledge', password }
}

function uriIdOf(step: Step): string {
  const { pathname } = new URL(step.exchanges.at(-1)?.request.url ?? '')
  const named = step.client?.options.E
  return named ?? pathname.replace('/enrollment-server/pa/v3/', '/pa/')
}

async function unused(): Promise<never> {
  throw new Error('not used here')
}
