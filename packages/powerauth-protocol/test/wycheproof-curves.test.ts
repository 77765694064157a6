/** Wycheproof on the curves of both generations, by both providers: invalid points, twist, malformed DER, ranges. */
import assert from 'node:assert/strict'
import { createECDH } from 'node:crypto'
import { sharedTest } from '@cloudsigner/testing'
import { decodePoint, decodeScalar, type PrimeCurve, p256, p384 } from '../src/curves/prime-curve.ts'
import { webCrypto } from '../src/index.ts'
import { nodeCrypto } from '../src/node.ts'
import { ProtocolError } from '../src/protocol-error.ts'
import { verifyDeviceSignature } from '../src/v3/device-signature.ts'
import { verifyWithKey } from '../src/v4/signature-keys.ts'
import { webCryptoV4 } from '../src/web-v4.ts'
import { hex, readWycheproof, type WycheproofTest } from './wycheproof.ts'

interface Pair {
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
}
type Ecdh = (own: Pair, peer: Uint8Array) => Uint8Array | Promise<Uint8Array>
type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>

const browser = webCrypto(globalThis.crypto)
const browserV4 = webCryptoV4(globalThis.crypto)
const es384 = (crypto: typeof browserV4, format: 'der' | 'jose'): Verify => {
  return (publicKey, message, signature) =>
    verifyWithKey(crypto, { algorithm: 'ES384', publicKey }, message, signature, format)
}

agreement('ecdh_secp256r1_ecpoint', p256, 'prime256v1', 355, [nodeCrypto.ecdhP256, browser.ecdhP256])
agreement('ecdh_secp384r1_ecpoint', p384, 'secp384r1', 790, [nodeCrypto.ecdhP384, browserV4.ecdhP384])
signatures('ecdsa_secp256r1_sha256', 484, [
  (publicKey, message, signature) => verifyDeviceSignature(nodeCrypto, publicKey, message, signature),
  (publicKey, message, signature) => verifyDeviceSignature(browser, publicKey, message, signature),
])
signatures('ecdsa_secp384r1_sha384', 504, [es384(nodeCrypto, 'der'), es384(browserV4, 'der')])
signatures('ecdsa_secp384r1_sha384_p1363', 280, [es384(nodeCrypto, 'jose'), es384(browserV4, 'jose')])

/** `acceptable` is the compressed point, which peers do send. */
function agreement(name: string, curve: PrimeCurve, group: string, count: number, platforms: readonly Ecdh[]) {
  sharedTest(`${name}: ${count} cases`, 'vectors/wycheproof', async () => {
    const tests = readWycheproof(name).flatMap((each) => each.tests)
    assert.equal(tests.length, count)
    for (const test of tests) {
      for (const ecdh of platforms) {
        const shared = await sharedSecret(ecdh, curve, group, test)
        const expected = test.result === 'invalid' ? null : hex(test.shared)
        assert.deepEqual(shared, expected, `${test.tcId}: ${test.comment}`)
      }
    }
  })
}

/** Null where the peer's point is refused before anything is computed with it. */
async function sharedSecret(ecdh: Ecdh, curve: PrimeCurve, group: string, test: WycheproofTest) {
  const privateKey = decodeScalar(curve, hex(test.private))
  const own = createECDH(group)
  own.setPrivateKey(privateKey)
  let peer: Uint8Array
  try {
    peer = decodePoint(curve, hex(test.public))
  } catch (error) {
    assert.ok(error instanceof ProtocolError && error.code === 'invalid_public_key')
    return null
  }
  return ecdh({ privateKey, publicKey: new Uint8Array(own.getPublicKey()) }, peer)
}

function signatures(name: string, count: number, platforms: readonly Verify[]) {
  sharedTest(`${name}: ${count} cases`, 'vectors/wycheproof', async () => {
    let looked = 0
    for (const group of readWycheproof(name)) {
      const { uncompressed } = { uncompressed: '', ...(group.publicKey as object) }
      for (const test of group.tests) {
        looked++
        for (const verify of platforms) {
          const valid = await verify(hex(uncompressed), hex(test.msg), hex(test.sig))
          assert.equal(valid, test.result === 'valid', `${test.tcId}: ${test.comment}`)
        }
      }
    }
    assert.equal(looked, count)
  })
}
