/** Encrypted documents are signed encrypted, in the way of each revision of the standard handler. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareSignature, validateSignatures } from '@cloudsigner/pades'
import { nodeCiphers } from '@cloudsigner/pades/node'
import { bytesSource, decodeTextString, PdfString } from '@cloudsigner/pdf'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { encryptedByQpdf, text } from '@cloudsigner/testing'
import { assertSigned, baseOptions, pki, signFile } from './signing.ts'

const decryption = { ciphers: nodeCiphers, password: 'o' }
const files = Object.entries(encryptedByQpdf).map(([kind, base64]) => [kind, Uint8Array.fromBase64(base64)] as const)

for (const [kind, source] of files)
  test(`${kind}: signed, its texts encrypted, twice one after the other`, async () => {
    const first = await signFile(source, { decryption, reason: 'a secret reason' })
    const read = await assertSigned(source, first, decryption)
    const reason = read.dictionary.get('Reason')
    assert.ok(reason instanceof PdfString)
    assert.equal(decodeTextString(reason), 'a secret reason')
    assert.ok(!text(first.segment).includes('secret'))
    const second = await signFile(first.file, { decryption })
    const { signatures } = await validateSignatures(bytesSource(second.file), {
      trustAnchors: [pki.root],
      at: baseOptions.signingTime,
      revocation: 'off',
      crypto: nodeCrypto,
      reading: { decryption },
    })
    assert.deepEqual(
      signatures.map(({ indication, modifications }) => [indication, modifications]),
      [
        ['TOTAL_PASSED', 'FORM_FILLING'],
        ['TOTAL_PASSED', 'NONE'],
      ],
    )
  })

test('the same document, password and options give the same plan', async () => {
  for (const [, source] of files) {
    const prepare = () => prepareSignature(bytesSource(source), { ...baseOptions, decryption })
    assert.deepEqual((await prepare()).plan, (await prepare()).plan)
  }
})

test('a user who may not is refused: not_permitted; one without the password: password_wrong', async () => {
  const source = Uint8Array.fromBase64(encryptedByQpdf['R 6, AESV3'])
  const user = { ciphers: nodeCiphers, password: 'u' }
  await assert.rejects(signFile(source, { decryption: user }), { code: 'not_permitted' })
  await assert.rejects(signFile(source, { decryption: { ciphers: nodeCiphers } }), { code: 'password_wrong' })
  await assert.rejects(signFile(source), { code: 'encrypted' })
})

test('validation without the password is refused: encrypted', async () => {
  const options = { trustAnchors: [], at: new Date(), revocation: 'off', crypto: nodeCrypto } as const
  for (const [, source] of files)
    await assert.rejects(validateSignatures(bytesSource(source), options), { code: 'encrypted' })
})
