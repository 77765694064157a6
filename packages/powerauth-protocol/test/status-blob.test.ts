import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { webCrypto } from '../src/index.ts'
import { nodeCrypto } from '../src/node.ts'
import { advanceCounter } from '../src/v3/counter.ts'
import { computeCounterHash, synchronizeCounter } from '../src/v3/counter-synchronization.ts'
import {
  type ActivationState,
  activationStates,
  decryptStatusBlob,
  encryptStatusBlob,
  randomStatusBlob,
} from '../src/v3/status-blob.ts'
import { refusesLater } from './refuses.ts'

const transportKey = new Uint8Array(16).fill(1)
const ctrData = new Uint8Array(16).fill(2)
const states: readonly ActivationState[] = ['CREATED', 'PENDING_COMMIT', 'ACTIVE', 'BLOCKED', 'REMOVED']
const byte = fc.nat(255)
const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 })
const anyStatus = fc.record(
  {
    activationStatus: fc.constantFrom(...states),
    currentVersion: byte,
    upgradeVersion: byte,
    ctrByte: byte,
    failedAttempts: byte,
    maxFailedAttempts: byte,
    ctrLookAhead: byte,
    ctrDataHash: sixteen,
  },
  { noNullPrototype: true },
)

test('a status comes back as it went in, on either platform', async () => {
  const browser = webCrypto(globalThis.crypto)
  await fc.assert(
    fc.asyncProperty(anyStatus, fc.option(fc.tuple(sixteen, sixteen), { nil: undefined }), async (status, both) => {
      const context = { transportKey, ...(both && { challenge: both[0], nonce: both[1] }) }
      assert.deepEqual(
        await decryptStatusBlob(browser, context, await encryptStatusBlob(nodeCrypto, context, status)),
        status,
      )
      assert.deepEqual(
        await decryptStatusBlob(nodeCrypto, context, await encryptStatusBlob(browser, context, status)),
        status,
      )
    }),
    { numRuns: 40 },
  )
  assert.deepEqual(Object.keys(activationStates), states)
})

const status = {
  activationStatus: 'ACTIVE',
  currentVersion: 3,
  upgradeVersion: 3,
  ctrByte: 0,
  failedAttempts: 0,
  maxFailedAttempts: 5,
  ctrLookAhead: 20,
  ctrDataHash: new Uint8Array(16),
} as const
const context = { transportKey, challenge: new Uint8Array(16), nonce: new Uint8Array(16).fill(4) }

test("a random blob, or one of another activation or challenge, is nobody's", async () => {
  assert.equal(await decryptStatusBlob(nodeCrypto, context, randomStatusBlob(nodeCrypto)), null)
  const blob = await encryptStatusBlob(nodeCrypto, context, status)
  const others = [{ ...context, transportKey: ctrData }, { ...context, challenge: ctrData }, { transportKey }]
  for (const other of others) assert.equal(await decryptStatusBlob(nodeCrypto, other, blob), null)
})

test('wrong sizes are refused', async () => {
  await refusesLater('invalid_argument', () => decryptStatusBlob(nodeCrypto, context, new Uint8Array(31)))
  await refusesLater('invalid_argument', () => encryptStatusBlob(nodeCrypto, context, { ...status, ctrByte: 256 }))
  await refusesLater('invalid_argument', () =>
    encryptStatusBlob(nodeCrypto, { ...context, nonce: new Uint8Array(3) }, status),
  )
  const { nonce } = context
  await refusesLater('invalid_argument', () => encryptStatusBlob(nodeCrypto, { transportKey, nonce }, status))
})

test('the client finds out where the server stands, across the wrap of the byte', async () => {
  await fc.assert(
    fc.asyncProperty(
      byte,
      fc.integer({ min: -30, max: 30 }),
      fc.integer({ min: 1, max: 64 }),
      async (localByte, serverAhead, window) => {
        const result = await synchronize(localByte, serverAhead, window)
        assert.equal(result.kind, expectedKind(serverAhead, window))
        if (result.kind !== 'server_ahead') return
        assert.deepEqual(result.ctrData, await advanceCounter(nodeCrypto, ctrData, serverAhead + 40))
        assert.equal(result.ctrByte, (localByte + serverAhead) & 0xff)
      },
    ),
    { numRuns: 60 },
  )
})

test('a hash and a byte that contradict each other are a deadlock', async () => {
  const hash = await computeCounterHash(nodeCrypto, transportKey, ctrData)
  for (const ctrByte of [1, 255, 128]) {
    const said = { ctrByte, ctrDataHash: hash, ctrLookAhead: 20 }
    const result = await synchronizeCounter(nodeCrypto, transportKey, { ctrData, ctrByte: 0 }, said)
    assert.deepEqual(result, { kind: 'deadlock' })
  }
})

function expectedKind(serverAhead: number, window: number) {
  if (serverAhead >= 0) return serverAhead >= window ? 'deadlock' : serverAhead === 0 ? 'in_sync' : 'server_ahead'
  if (-serverAhead > window) return 'deadlock'
  return -serverAhead > window / 2 ? 'code_advised' : 'in_sync'
}

/** The client stands at step 40 from ctrData, the server so many steps after or before it. */
async function synchronize(localByte: number, serverAhead: number, ctrLookAhead: number) {
  const server = await advanceCounter(nodeCrypto, ctrData, 40 + serverAhead)
  const said = {
    ctrByte: (localByte + serverAhead) & 0xff,
    ctrDataHash: await computeCounterHash(nodeCrypto, transportKey, server),
    ctrLookAhead,
  }
  const local = { ctrData: await advanceCounter(nodeCrypto, ctrData, 40), ctrByte: localByte }
  return synchronizeCounter(nodeCrypto, transportKey, local, said)
}
