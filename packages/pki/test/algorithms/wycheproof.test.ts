import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { type CryptoProvider, encodeDer, encodeOid } from '@cloudsigner/pki'
import { browserCrypto } from '@cloudsigner/pki/browser'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { sharedPath, sharedTest } from '@cloudsigner/testing'

interface Case {
  readonly tcId: number
  readonly comment: string
  readonly msg: string
  readonly sig: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly flags: readonly string[]
}
interface Vectors {
  readonly numberOfTests: number
  readonly testGroups: readonly { readonly publicKeyDer: string; readonly tests: readonly Case[] }[]
}

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const sequence = (...members: readonly Uint8Array[]): Uint8Array => encodeDer(0x30, ...members)
const sha256 = sequence(encodeOid('2.16.840.1.101.3.4.2.1'))
const pssSha256 = sequence(
  encodeOid('1.2.840.113549.1.1.10'),
  sequence(
    encodeDer(0xa0, sha256),
    encodeDer(0xa1, sequence(encodeOid('1.2.840.113549.1.1.8'), sha256)),
    encodeDer(0xa2, Uint8Array.of(2, 1, 32)),
  ),
)

const files = {
  ecdsa_secp256r1_sha256_test: sequence(encodeOid('1.2.840.10045.4.3.2')),
  ecdsa_secp384r1_sha384_test: sequence(encodeOid('1.2.840.10045.4.3.3')),
  ecdsa_secp521r1_sha512_test: sequence(encodeOid('1.2.840.10045.4.3.4')),
  ed25519_test: sequence(encodeOid('1.3.101.112')),
  rsa_signature_2048_sha256_test: sequence(encodeOid('1.2.840.113549.1.1.11'), Uint8Array.of(5, 0)),
  rsa_signature_3072_sha256_test: sequence(encodeOid('1.2.840.113549.1.1.11'), Uint8Array.of(5, 0)),
  rsa_pss_2048_sha256_mgf1_32_test: pssSha256,
  rsa_pss_3072_sha256_mgf1_32_test: pssSha256,
}

const platforms = { Node: nodeCrypto, WebCrypto: browserCrypto(globalThis.crypto) }

for (const [platform, crypto] of Object.entries(platforms)) {
  for (const [file, algorithm] of Object.entries(files)) {
    sharedTest(`Wycheproof ${file} by ${platform}`, `vectors/wycheproof/${file}.json`, (t) =>
      judge(t, file, algorithm, crypto),
    )
  }
}

async function judge(t: TestContext, file: string, algorithm: Uint8Array, crypto: CryptoProvider): Promise<void> {
  const text = readFileSync(sharedPath('vectors', 'wycheproof', `${file}.json`), 'utf8')
  const vectors = JSON.parse(text) as Vectors
  let judged = 0
  let acceptable = 0
  for (const { publicKeyDer, tests } of vectors.testGroups) {
    for (const vector of tests) {
      const verified = await crypto.verify(algorithm, bytes(publicKeyDer), bytes(vector.sig), bytes(vector.msg))
      judged++
      // "acceptable": legacy forms that a verifier may take or leave (PKCS #1 without NULL in DigestInfo).
      if (vector.result === 'acceptable') acceptable++
      else assert.equal(verified, vector.result === 'valid', `tcId ${vector.tcId}: ${vector.comment}`)
    }
  }
  assert.equal(judged, vectors.numberOfTests, 'no case is skipped')
  t.diagnostic(`${judged} cases, of which ${acceptable} either way`)
}
