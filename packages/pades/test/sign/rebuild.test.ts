import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesSource, embedSignature, prepareSignature, rebuildSignedAttributes } from '@cloudsigner/pades'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { makePdf, plainObjects } from '@cloudsigner/testing'
import fc from 'fast-check'
import { makeTestPki } from '../test-pki.ts'
import { baseOptions, concatenated, pki, signFile } from './signing.ts'

const original = makePdf()
const { plan, signedAttributes, messageDigest } = await prepareSignature(bytesSource(original), baseOptions)
const segment = new Uint8Array(Buffer.from(plan.segment, 'base64'))
const file = concatenated(original, segment)

const rebuild = (bytes: Uint8Array, certificate = pki.certificate) =>
  rebuildSignedAttributes(bytesSource(bytes), { certificate, crypto: nodeCrypto })

test('gives from the file alone what prepareSignature gave', async () => {
  const rebuilt = await rebuild(file)
  assert.deepEqual(rebuilt.signedAttributes, signedAttributes)
  assert.deepEqual(rebuilt.messageDigest, messageDigest)
  assert.deepEqual(rebuilt.byteRange, plan.byteRange)
  assert.equal(rebuilt.fieldName, plan.fieldName)
  assert.equal(rebuilt.digestAlgorithm, plan.digestAlgorithm)
  assert.equal(Buffer.from(rebuilt.signatureAlgorithm).toString('base64'), plan.signatureAlgorithm)
  assert.equal(rebuilt.claimedTime?.toISOString(), '2026-11-25T10:11:12.000Z')
})

test('the second signature of a file is the one that waits', async () => {
  const { file: once } = await signFile(original)
  const again = await prepareSignature(bytesSource(once), baseOptions)
  const rebuilt = await rebuild(concatenated(once, Buffer.from(again.plan.segment, 'base64')))
  assert.deepEqual(rebuilt.signedAttributes, again.signedAttributes)
  assert.equal(rebuilt.fieldName, 'Signature2')
})

test('a key on P-384 has SHA-384', async () => {
  const other = await makeTestPki('P-384')
  const prepared = await prepareSignature(bytesSource(original), { ...baseOptions, certificate: other.certificate })
  const rebuilt = await rebuild(concatenated(original, Buffer.from(prepared.plan.segment, 'base64')), other.certificate)
  assert.deepEqual(rebuilt.signedAttributes, prepared.signedAttributes)
  assert.equal(rebuilt.digestAlgorithm, 'SHA-384')
})

test('with another certificate come other attributes', async () => {
  const other = await makeTestPki()
  const rebuilt = await rebuild(file, other.certificate)
  assert.deepEqual(rebuilt.messageDigest, messageDigest)
  assert.notDeepEqual(rebuilt.signedAttributes, signedAttributes)
})

test('whatever byte is changed, nothing comes out that would sign the file as it was', async () => {
  const [, before, behind] = plan.byteRange
  await fc.assert(
    fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), async (position, change) => {
      const changed = file.slice()
      changed[position] = (changed[position] ?? 0) ^ change
      const rebuilt = await rebuild(changed).catch((error: Error) => error)
      if (rebuilt instanceof Error) {
        assert.ok(['PadesError', 'PdfError'].includes(rebuilt.name), String(rebuilt))
        return
      }
      assert.ok(position < before || position >= behind, 'a digit of Contents')
      assert.notDeepEqual(rebuilt.signedAttributes, signedAttributes)
    }),
    { numRuns: 300 },
  )
})

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const text = latin1(segment)
/** The segment with something in it replaced by something of the same length, or not. */
const edited = (search: string | RegExp, replacement: string): Uint8Array => {
  assert.notEqual(text.search(search), -1)
  return concatenated(original, Buffer.from(text.replace(search, replacement), 'latin1'))
}
const byteRange = /\[(\d+ \d+ \d+ \d+)\]/
const range = (...numbers: readonly number[]) => `[${numbers.join(' ')}]`.padEnd(text.match(byteRange)?.[0].length ?? 0)
const [start, before, behind, rest] = plan.byteRange

const refusals: readonly (readonly [string, Uint8Array, string])[] = [
  ['nothing appended', original, 'prepared_missing'],
  ['bytes behind the end', concatenated(file, Buffer.from('\n% more')), 'prepared_coverage'],
  ['a byte behind the end', concatenated(file, Buffer.from('\n')), 'prepared_coverage'],
  ['a ByteRange that begins later', edited(byteRange, range(1, before - 1, behind, rest)), 'prepared_coverage'],
  ['a ByteRange that ends early', edited(byteRange, range(start, before, behind, rest - 1)), 'prepared_coverage'],
  ['a ByteRange with a wider gap', edited(byteRange, range(start, before - 9, behind, rest)), 'prepared_coverage'],
  ['a ByteRange that skips more', edited(byteRange, range(start, before, behind + 9, rest - 9)), 'prepared_coverage'],
  ['a ByteRange with a narrower gap', edited(byteRange, range(start, before + 2, behind, rest)), 'prepared_coverage'],
  ['a ByteRange past the end', edited(byteRange, range(start, before, behind, rest + 1)), 'prepared_coverage'],
  ['a ByteRange of two numbers', edited(byteRange, range(start, before)), 'prepared_coverage'],
  ['a gap that is not Contents', edited(byteRange, range(start, 10, 20, file.length - 20)), 'prepared_coverage'],
  ['Contents that is filled', edited('<0000', '<3080'), 'prepared_missing'],
  ['Contents with space in it', edited('<0000', '<0 00'), 'prepared_coverage'],
  ['Contents that stands twice', edited('/Filter /Adobe.PPKLite', '/Contents <00>        '), 'prepared_coverage'],
  ['another SubFilter', edited('ETSI.CAdES.detached', 'adbe.pkcs7.detached'), 'prepared_missing'],
  ['no PDF', Buffer.from('nothing of the kind'), 'not_a_pdf'],
]
for (const [what, bytes, code] of refusals) {
  test(`refuses ${what}: ${code}`, () => assert.rejects(rebuild(bytes), { code }))
}

test('a signature that another left waiting is not the one, unless it covers the file too', async () => {
  const again = await prepareSignature(bytesSource(file), baseOptions)
  const rebuilt = await rebuild(concatenated(file, Buffer.from(again.plan.segment, 'base64')))
  assert.deepEqual(rebuilt.signedAttributes, again.signedAttributes)
})

test('refuses a file in which two fields are for the one signature: prepared_ambiguous', async () => {
  const [, pages = '', page = ''] = plainObjects
  // The next object is 6, where the revision puts the signature: field b has it already.
  const fields = ['<</T (a) /FT /Sig>>', '<</T (b) /FT /Sig /V 6 0 R>>']
  const form = makePdf(['<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [4 0 R 5 0 R]>>>>', pages, page, ...fields])
  const prepared = await prepareSignature(bytesSource(form), { ...baseOptions, fieldName: 'a' })
  const two = concatenated(form, Buffer.from(prepared.plan.segment, 'base64'))
  await assert.rejects(rebuild(two), { code: 'prepared_ambiguous' })
})

test('refuses a file that is signed already: prepared_missing', async () => {
  const signature = await pki.signer.sign(signedAttributes)
  const signed = concatenated(original, await embedSignature(plan, signature, { crypto: nodeCrypto }))
  await assert.rejects(rebuild(signed), { code: 'prepared_missing' })
})

test('refuses what is no certificate: certificate_unsupported', async () => {
  await assert.rejects(rebuild(file, Uint8Array.of(1)), { code: 'certificate_unsupported' })
})
