/** Wycheproof on KMAC, ML-KEM and ML-DSA, by both providers. What the flags of skipped cases say is counted. */
import assert from 'node:assert/strict'
import { sharedTest } from '@cloudsigner/testing'
import { nodePostQuantum } from '../../src/node/post-quantum.ts'
import { nobleSuite } from '../../src/post-quantum.ts'
import type { MlDsaParameterSet, MlKemParameterSet, PostQuantumProvider } from '../../src/v4/crypto-provider.ts'
import { hex, readWycheproof, type WycheproofGroup, type WycheproofTest } from '../wycheproof.ts'
import { providers } from './providers.ts'

const noble = nobleSuite((length) => globalThis.crypto.getRandomValues(new Uint8Array(length)))
const lattices: readonly (readonly [string, PostQuantumProvider])[] = [
  ['OpenSSL', nodePostQuantum],
  ['noble', noble],
]

for (const [platform, crypto] of providers) {
  sharedTest(`kmac256_no_customization, ${platform}: 261 cases`, 'vectors/wycheproof', async () => {
    let looked = 0
    for (const group of readWycheproof('kmac256_no_customization')) {
      for (const test of group.tests) {
        looked++
        const mac = await crypto.kmac256(hex(test.key), hex(test.msg), Number(group.tagSize) / 8, '')
        assert.equal(Buffer.from(mac).toString('hex') === test.tag, test.result === 'valid', test.comment)
      }
    }
    assert.equal(looked, 261)
  })
}

for (const [platform, provider] of lattices) {
  encapsulation('mlkem_768', 'ML-KEM-768', platform, provider)
  encapsulation('mlkem_1024', 'ML-KEM-1024', platform, provider)
  signatures('mldsa_65_verify', 'ML-DSA-65', platform, provider, 210)
  signatures('mldsa_87_verify', 'ML-DSA-87', platform, provider, 241)
}

/** One group decapsulates by a seed, the other encapsulates to keys that FIPS 203 §7.2 refuses or not. */
function encapsulation(name: string, set: MlKemParameterSet, platform: string, provider: PostQuantumProvider) {
  sharedTest(`${name}, ${platform}: 193 cases`, 'vectors/wycheproof', async () => {
    let looked = 0
    for (const group of readWycheproof(name)) {
      for (const test of group.tests) {
        looked++
        const secret = await orNull(() => kem(set, provider, group, test))
        if (group.type === 'MLKEMTest' && test.result === 'valid') assert.deepEqual(secret, hex(test.K), test.comment)
        else assert.equal(secret !== null, test.result === 'valid', `${test.tcId}: ${test.comment}`)
      }
    }
    assert.equal(looked, 193)
  })
}

async function kem(
  set: MlKemParameterSet,
  provider: PostQuantumProvider,
  group: WycheproofGroup,
  test: WycheproofTest,
) {
  if (group.type === 'MLKEMTest') return provider.mlKemDecapsulate(set, hex(test.seed), hex(test.c))
  return (await provider.mlKemEncapsulate(set, hex(test.ek))).sharedSecret
}

function signatures(
  name: string,
  set: MlDsaParameterSet,
  platform: string,
  provider: PostQuantumProvider,
  count: number,
) {
  sharedTest(`${name}, ${platform}: ${count} cases`, 'vectors/wycheproof', async () => {
    let looked = 0
    let withContext = 0
    for (const group of readWycheproof(name)) {
      for (const test of group.tests) {
        looked++
        if (test.ctx !== undefined && test.ctx !== '') {
          withContext++ // PowerAuth signs with the empty context only
          continue
        }
        const publicKey = hex(group.publicKey)
        const valid = await orNull(() => provider.mlDsaVerify(set, publicKey, hex(test.sig), hex(test.msg)))
        assert.equal(valid === true, test.result === 'valid', `${test.tcId}: ${test.comment}`)
      }
    }
    assert.equal(looked, count)
    assert.equal(withContext, contexts[set])
  })
}

const contexts: Readonly<Record<MlDsaParameterSet, number>> = { 'ML-DSA-65': 7, 'ML-DSA-87': 7 }

/** A provider refuses in words of its own. */
async function orNull<T>(run: () => T | Promise<T>): Promise<T | null> {
  try {
    return await run()
  } catch {
    return null
  }
}
