import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { embedSignature, prepareSignature, type SignaturePlan } from '@cloudsigner/pades'
import { bytesSource } from '@cloudsigner/pdf'
import { generateKeySigner, nodeCrypto } from '@cloudsigner/pki/node'
import { makePdf } from '@cloudsigner/testing'
import { baseOptions, pki } from './signing.ts'

const { plan, signedAttributes } = await prepareSignature(bytesSource(makePdf()), baseOptions)
const signature = await pki.signer.sign(signedAttributes)
const embed = (changed: SignaturePlan, value = signature) => embedSignature(changed, value, { crypto: nodeCrypto })

test('another process embeds the same plan to the same bytes', async () => {
  const here = await embed(plan)
  const script = `
    import { embedSignature } from '@cloudsigner/pades'
    import { nodeCrypto } from '@cloudsigner/pki/node'
    const { plan, signature } = JSON.parse(process.argv[1])
    const segment = await embedSignature(plan, Uint8Array.from(Buffer.from(signature, 'base64')), { crypto: nodeCrypto })
    process.stdout.write(Buffer.from(segment).toString('base64'))`
  const argument = JSON.stringify({ plan, signature: Buffer.from(signature).toString('base64') })
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, argument], {
    cwd: import.meta.dirname,
  })
  assert.equal(stdout, Buffer.from(here).toString('base64'))
})

test("refuses another key's signature", async () => {
  const { signer } = await generateKeySigner('P-256')
  await assert.rejects(embed(plan, await signer.sign(signedAttributes)), { code: 'signature_invalid' })
})

test('refuses a signature over other bytes', async () => {
  await assert.rejects(embed(plan, await pki.signer.sign(signedAttributes.subarray(1))), { code: 'signature_invalid' })
})

test('refuses what is no signature, and one with bytes behind it', async () => {
  for (const value of [new Uint8Array(), new Uint8Array(72), Uint8Array.of(...signature, 0), signature.subarray(1)])
    await assert.rejects(embed(plan, value), { code: 'signature_invalid' })
})

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const [own = '', issuing = ''] = plan.certificates
const filled = Buffer.from(plan.segment, 'base64')
filled[plan.contents.offset + 5] = 0x31

const changes: readonly (readonly [string, object])[] = [
  ['another version', { version: 2 }],
  ['a segment that is no Base64', { segment: '*' }],
  ['no certificates', { certificates: [] }],
  ['certificates that are no list', { certificates: own }],
  ["another certificate as the signer's", { certificates: [issuing] }],
  ['an unknown digest', { digestAlgorithm: 'MD5' }],
  ['another message digest', { messageDigest: base64(new Uint8Array(32)) }],
  ['other signed attributes', { signedAttributes: base64(new Uint8Array(100)) }],
  ['no contents', { contents: undefined }],
  ['contents elsewhere', { contents: { offset: 0, length: plan.contents.length } }],
  ['contents past the end', { contents: { offset: plan.contents.offset, length: 1e6 } }],
  ['contents that are filled already', { segment: base64(filled) }],
]
for (const [what, change] of changes)
  test(`refuses a plan with ${what}: plan_invalid`, () =>
    assert.rejects(embed({ ...plan, ...change }), { name: 'PadesError', code: 'plan_invalid' }))

test('refuses a signature that does not fit: signature_too_large', async () => {
  const segment = Buffer.from(plan.segment, 'base64')
  segment[plan.contents.offset + 101] = 0x3e
  const contents = { offset: plan.contents.offset, length: 102 }
  await assert.rejects(embed({ ...plan, segment: base64(segment), contents }), { code: 'signature_too_large' })
})
