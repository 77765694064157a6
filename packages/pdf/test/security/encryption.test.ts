/** Reading and appending to encrypted documents (ISO 32000-2, 7.6). The files are qpdf's and pyHanko's. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  bytesSource,
  type Decryption,
  decodeTextString,
  dictionary,
  firstPage,
  name,
  openDocument,
  type PdfDictionary,
  type PdfDocument,
  type PdfErrorCode,
  PdfHole,
  PdfReference,
  PdfStream,
  PdfString,
  RevisionBuilder,
  reference,
} from '@cloudsigner/pdf'
import { nodeCiphers } from '@cloudsigner/pdf/node'
import { portableCiphers } from '@cloudsigner/pdf/portable'
import { encryptedByQpdf, latin1, makePdf, plainObjects, sharedPath, sharedTest, text } from '@cloudsigner/testing'
import fc from 'fast-check'

const files = Object.entries(encryptedByQpdf).map(([kind, base64]) => [kind, Uint8Array.fromBase64(base64)] as const)
const open = (file: Uint8Array, password?: string, ciphers = nodeCiphers): Promise<PdfDocument> =>
  openDocument(bytesSource(file), { decryption: { ciphers, ...(password !== undefined && { password }) } })

async function noteOf(document: PdfDocument): Promise<string> {
  const { dictionary: page } = await firstPage(document)
  const note = (await document.resolveDictionary(page.get('PieceInfo')))?.get('Note')
  assert.ok(note instanceof PdfString)
  return decodeTextString(note)
}

async function dataOf(document: PdfDocument, owner: PdfDictionary, key: string): Promise<string> {
  const stream = await document.resolve(owner.get(key))
  assert.ok(stream instanceof PdfStream)
  return text(await document.readStream(stream))
}

const hasEmptyPassword = (kind: string): boolean => /object streams|open to all/.test(kind)

const both = { nodeCiphers, portableCiphers }

for (const [kind, file] of files)
  for (const [named, ciphers] of Object.entries(both))
    test(`${kind}, ${named}: strings and streams are read with the user's and with the owner's password`, async () => {
      const user = hasEmptyPassword(kind) ? '' : 'u'
      for (const [password, access] of [
        [user, 'user'],
        ['o', 'owner'],
      ] as const) {
        const document = await open(file, password, ciphers)
        assert.equal(document.security?.access, access)
        assert.equal(document.security.revision, Number(kind[2]))
        assert.equal(await noteOf(document), 'Dobý den')
        assert.equal(await dataOf(document, (await firstPage(document)).dictionary, 'Contents'), '0 0 20 20 re')
        assert.match(await dataOf(document, await document.catalog(), 'Metadata'), /^<xmpmeta v="1"\/>/)
      }
    })

for (const [kind, file] of files)
  test(`${kind}: another password is refused, and none opens it as it stands`, async () => {
    await assert.rejects(open(file, 'wrong'), { code: 'password_wrong' })
    if (!hasEmptyPassword(kind)) await assert.rejects(open(file), { code: 'password_wrong' })
    const document = await openDocument(bytesSource(file))
    assert.deepEqual([document.encrypted, document.security], [true, null])
    assert.throws(() => new RevisionBuilder(document), { code: 'revision_invalid' })
  })

test('what a user may do is said by P, an owner may do all', async () => {
  const permissions = async (kind: keyof typeof encryptedByQpdf, password: string) => {
    const { security } = await open(Uint8Array.fromBase64(encryptedByQpdf[kind]), password)
    return [security?.mayFillForms, security?.mayCreateFields]
  }
  assert.deepEqual(await permissions('R 3, RC4 of 128 bits', 'u'), [true, false])
  assert.deepEqual(await permissions('R 6, AESV3', 'u'), [false, false])
  assert.deepEqual(await permissions('R 6, AESV3', 'o'), [true, true])
  assert.deepEqual(await permissions('R 6, AESV3, object streams', ''), [true, false])
})

/** A revision that replaces the page: with a note, new contents, and what looks like a signature. */
async function appendTo(file: Uint8Array, decryption: Decryption, note: Uint8Array): Promise<Uint8Array> {
  const document = await openDocument(bytesSource(file), { decryption })
  const builder = new RevisionBuilder(document)
  const page = await firstPage(document)
  const contents = builder.add(new PdfStream(dictionary({}), { kind: 'bytes', bytes: note }))
  const signature = dictionary({
    ByteRange: [0, 1, 2, 3],
    Contents: new PdfHole('Contents', '<00ff>'),
    Reason: new PdfString(note),
  })
  builder.put(
    page.reference,
    page.dictionary
      .with('PieceInfo', dictionary({ Note: new PdfString(note), Signature: builder.add(signature) }))
      .with('Contents', contents),
  )
  const { bytes } = await builder.finish({ identify: () => new Uint8Array(16) })
  return new Uint8Array([...file, ...bytes])
}

for (const [kind, file] of files)
  test(`${kind}: a revision is encrypted alike, but for the Contents of a signature`, async () => {
    const decryption = { ciphers: nodeCiphers, password: 'o' }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 70 }), async (drawn) => {
        const note = latin1(`secret ${text(drawn)}`)
        const updated = await appendTo(file, decryption, note)
        assert.ok(!text(updated).includes('secret'))
        assert.deepEqual(updated, await appendTo(file, decryption, note), 'the same update gives the same bytes')
        const document = await openDocument(bytesSource(updated), { decryption, repair: 'never' })
        const { dictionary: page } = await firstPage(document)
        const piece = await document.resolveDictionary(page.get('PieceInfo'))
        const signature = await document.resolveDictionary(piece?.get('Signature'))
        const stream = await document.resolve(page.get('Contents'))
        assert.ok(stream instanceof PdfStream)
        const [read, reason, contents] = [piece?.get('Note'), signature?.get('Reason'), signature?.get('Contents')]
        assert.ok(read instanceof PdfString && reason instanceof PdfString && contents instanceof PdfString)
        assert.deepEqual([read.bytes, reason.bytes], [note, note])
        assert.deepEqual(await document.readStream(stream), note)
        assert.deepEqual(contents.bytes, Uint8Array.of(0, 255))
      }),
      { numRuns: 15 },
    )
  })

/** The file with one text of its Encrypt dictionary changed; of the same length, so that offsets stay. */
function altered(kind: keyof typeof encryptedByQpdf, from: string, to: string): Uint8Array {
  assert.equal(from.length, to.length)
  const file = text(Uint8Array.fromBase64(encryptedByQpdf[kind]))
  assert.ok(file.includes(from), from)
  return latin1(file.replace(from, to))
}

const refusals: readonly (readonly [string, PdfErrorCode, Uint8Array])[] = [
  ['another handler', 'encryption_unsupported', altered('R 6, AESV3', '/Filter /Standard', '/Filter /Stendard')],
  ['an unknown version', 'encryption_unsupported', altered('R 6, AESV3', '/V 5', '/V 6')],
  ['a revision of another version', 'encryption_unsupported', altered('R 3, RC4 of 128 bits', '/R 3', '/R 4')],
  ['an unknown method', 'encryption_unsupported', altered('R 6, AESV3', '/CFM /AESV3', '/CFM /AESV4')],
  ['a method of another version', 'encryption_invalid', altered('R 6, AESV3', '/CFM /AESV3', '/CFM /AESV2')],
  ['a crypt filter that is not there', 'encryption_invalid', altered('R 6, AESV3', '/StmF /StdCF', '/StmF /StdCG')],
  [
    'a key of a length that none has',
    'encryption_invalid',
    altered('R 3, RC4 of 128 bits', '/Length 128', '/Length 129'),
  ],
  ['no P', 'encryption_invalid', altered('R 3, RC4 of 128 bits', '/P -', '/Q -')],
  ['P that Perms contradicts', 'encryption_invalid', altered('R 6, AESV3', '/P -1', '/P -2')],
  ['Encrypt that is no dictionary', 'encryption_invalid', makePdf(plainObjects, { trailer: '/Encrypt 1' })],
]
for (const [what, code, file] of refusals)
  test(`${what}: ${code}`, async () => {
    await assert.rejects(open(file, 'o'), { code })
  })

test('encrypted data that are not whole blocks are refused where they are read', async () => {
  const decryption = { ciphers: nodeCiphers, password: 'o' }
  const file = Uint8Array.fromBase64(encryptedByQpdf['R 6, AESV3'])
  const broken = latin1(text(file).replace(/(\/Note <)[0-9a-f]{2}/, '$1  '))
  await assert.rejects(noteOf(await openDocument(bytesSource(broken), { decryption })), { code: 'encryption_invalid' })
})

test('an encrypted file without an identifier gets none that its key would be made from', async () => {
  const file = latin1(text(Uint8Array.fromBase64(encryptedByQpdf['R 6, AESV3'])).replace('/ID', '/Di'))
  const decryption = { ciphers: nodeCiphers, password: 'o' }
  const updated = await openDocument(bytesSource(await appendTo(file, decryption, latin1('note'))), { decryption })
  const [first] = (await updated.resolveArray(updated.trailer.get('ID'))) ?? []
  assert.ok(first instanceof PdfString)
  assert.equal(first.bytes.length, 0)
})

test('the encryption dictionary is replaced by nothing', async () => {
  const file = Uint8Array.fromBase64(encryptedByQpdf['R 6, AESV3'])
  const document = await openDocument(bytesSource(file), { decryption: { ciphers: nodeCiphers, password: 'o' } })
  const encrypt = document.trailer.get('Encrypt')
  assert.ok(encrypt instanceof PdfReference)
  assert.throws(() => new RevisionBuilder(document).put(encrypt, dictionary({})), { code: 'revision_invalid' })
})

test('a Crypt filter of a stream decides for it', async () => {
  const file = Uint8Array.fromBase64(encryptedByQpdf['R 6, AESV3'])
  const decryption = { ciphers: nodeCiphers, password: 'o' }
  const document = await openDocument(bytesSource(file), { decryption })
  const builder = new RevisionBuilder(document)
  const plain = new PdfStream(dictionary({ Filter: [name('Crypt')] }), { kind: 'bytes', bytes: latin1('x'.repeat(48)) })
  const at = builder.add(plain)
  const { bytes } = await builder.finish({ identify: () => new Uint8Array(16) })
  const read = await openDocument(bytesSource(new Uint8Array([...file, ...bytes])), { decryption })
  const stream = await read.getObject(reference(at.number))
  assert.ok(stream instanceof PdfStream)
  assert.equal(text(await read.readStream(stream)), 'x'.repeat(48))
})

for (const file of ['minimal-rc4.pdf', 'minimal-aes256.pdf', 'minimal-two-fields-aes256.pdf'])
  sharedTest(`pyHanko's ${file} opens`, 'corpus', async () => {
    const bytes = new Uint8Array(readFileSync(sharedPath('corpus', 'pyhanko', file)))
    for (const password of ['usersecret', 'ownersecret']) await firstPage(await open(bytes, password))
    await assert.rejects(open(bytes), { code: 'password_wrong' })
  })
