/** Certification (DocMDP), locks (FieldMDP), and several signatures one after another. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MdpPermission, type PrepareOptions, validateSignatures } from '@cloudsigner/pades'
import { bytesSource } from '@cloudsigner/pdf'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { makePdf, plainObjects } from '@cloudsigner/testing'
import { assertSigned, baseOptions, pki, readSignature, signFile } from './signing.ts'

async function verdicts(file: Uint8Array): Promise<readonly string[]> {
  const { signatures } = await validateSignatures(bytesSource(file), {
    trustAnchors: [pki.root],
    at: baseOptions.signingTime,
    revocation: 'off',
    crypto: nodeCrypto,
  })
  return signatures.map(({ field, indication, modifications }) => `${field} ${indication} ${modifications}`)
}

const kinds = [
  ['table', makePdf()],
  ['stream', makePdf(plainObjects, { kind: 'stream' })],
] as const

for (const [kind, source] of kinds)
  for (const certify of [1, 2, 3] as const)
    test(`${kind}: certified with P = ${certify}, the document names the signature and takes what is permitted`, async () => {
      const certified = await signFile(source, { certify })
      const { document, dictionary } = await assertSigned(source, certified)
      const [reference] = (await document.resolveArray(dictionary.get('Reference'))) ?? []
      const parameters = await document.resolveDictionary(
        (await document.resolveDictionary(reference))?.get('TransformParams'),
      )
      assert.equal(parameters?.get('P'), certify)
      const permissions = await document.resolveDictionary((await document.catalog()).get('Perms'))
      assert.equal(await document.resolveDictionary(permissions?.get('DocMDP')), dictionary)
      assert.deepEqual(await verdicts(certified.file), ['Signature1 TOTAL_PASSED NONE'])
      const again = signFile(certified.file)
      if (certify === 1) await assert.rejects(again, { code: 'certified_no_changes' })
      else
        assert.deepEqual(await verdicts((await again).file), [
          'Signature1 TOTAL_PASSED FORM_FILLING',
          'Signature2 TOTAL_PASSED NONE',
        ])
    })

const locks: readonly (readonly [string, PrepareOptions['fieldLock'] & object, string, string | null])[] = [
  ['All', { action: 'All' }, 'new', 'field_locked'],
  ['Include', { action: 'Include', fields: ['a', 'b'] }, 'b', 'field_locked'],
  ['Include, another', { action: 'Include', fields: ['a'] }, 'b', null],
  ['Exclude', { action: 'Exclude', fields: ['b'] }, 'c', 'field_locked'],
  ['Exclude, itself', { action: 'Exclude', fields: ['b'] }, 'b', null],
  ['P = 1', { action: 'Include', fields: ['a'], permission: 1 }, 'b', 'certified_no_changes'],
  ['P = 2', { action: 'Include', fields: ['a'], permission: 2 }, 'b', null],
]
for (const [what, fieldLock, next, code] of locks)
  test(`a new field with the lock ${what}: ${next} is ${code ?? 'signed'}`, async () => {
    const first = await signFile(makePdf(), { fieldName: 'first', fieldLock })
    const { field, dictionary } = await readSignature(first.file, 'first')
    assert.ok(field.has('Lock') && dictionary.has('Reference'))
    const second = signFile(first.file, { fieldName: next })
    if (code) await assert.rejects(second, { code })
    else assert.equal((await verdicts((await second).file)).length, 2)
  })

test("the lock of a document's own field becomes the signature's, its P too", async () => {
  const source = makePdf([
    '<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [4 0 R]>>>>',
    ...plainObjects.slice(1),
    '<</T (a) /FT /Sig /Lock <</Type /SigFieldLock /Action /All /P 1>>>>',
  ])
  const { file } = await signFile(source, { fieldName: 'a' })
  await assert.rejects(signFile(file), { code: 'certified_no_changes' })
})

test('no lock permits more than is permitted already, and an existing field keeps its own', async () => {
  const certified = await signFile(makePdf(), { certify: 2 })
  const lock = (permission: MdpPermission) => ({ fieldLock: { action: 'Include', fields: [], permission } as const })
  await assert.rejects(signFile(certified.file, lock(3)), { code: 'field_lock_unsupported' })
  await signFile(certified.file, lock(2))
  const field = makePdf([
    '<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [4 0 R]>>>>',
    ...plainObjects.slice(1),
    '<</T (a) /FT /Sig>>',
  ])
  await assert.rejects(signFile(field, { fieldName: 'a', ...lock(2) }), { code: 'field_lock_unsupported' })
})

for (const [kind, source] of kinds)
  test(`${kind}: eight signatures one after another all hold`, async () => {
    let file: Uint8Array = source
    for (let count = 0; count < 8; count++) file = (await signFile(file)).file
    const judged = await verdicts(file)
    assert.equal(judged.length, 8)
    assert.deepEqual(
      judged.map((verdict) => verdict.split(' ')[1]),
      Array(8).fill('TOTAL_PASSED'),
    )
  })

test('a signed document with an object that nobody can read takes a second signature all the same', async () => {
  const source = makePdf(['<</Type /Catalog /Pages 2 0 R /Odd 4 0 R>>', ...plainObjects.slice(1), '<</Broken >'])
  const { file } = await signFile((await signFile(source)).file)
  assert.equal((await verdicts(file)).length, 2)
})
