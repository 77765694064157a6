import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestAlgorithmFor, PadesError, padesErrors, prepareSignature } from '@cloudsigner/pades'
import { nodeCiphers } from '@cloudsigner/pades/node'
import {
  bytesSource,
  decodeTextString,
  isArray,
  PdfDictionary,
  type PdfDocument,
  PdfName,
  PdfReference,
  PdfString,
} from '@cloudsigner/pdf'
import { buildSignedData } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { encryptedByQpdf, latin1, makePdf, plainObjects, text } from '@cloudsigner/testing'
import fc from 'fast-check'
import { makeTestPki } from '../test-pki.ts'
import { assertSigned, baseOptions, pki, readSignature, signFile } from './signing.ts'

const catalogWith = (entries: string): string => `<</Type /Catalog /Pages 2 0 R ${entries}>>`
const pageWith = (entries: string): string => `<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] ${entries}>>`
const [, pages = '', page = ''] = plainObjects
const withForm = (form: string, ...more: readonly string[]): Uint8Array =>
  makePdf([catalogWith(`/AcroForm ${form}`), pages, page, ...more])

const refusals: readonly (readonly [string, Uint8Array, string, (object | undefined)?])[] = [
  ['an encrypted file', makePdf(plainObjects, { trailer: '/Encrypt <</Filter /Standard>>' }), 'encrypted'],
  [
    'a file whose owner permits nothing',
    Uint8Array.fromBase64(encryptedByQpdf['R 6, AESV3']),
    'not_permitted',
    { decryption: { ciphers: nodeCiphers, password: 'u' } },
  ],
  ['a file with a MAC', makePdf(plainObjects, { trailer: '/AuthCode <<>>' }), 'pdf_mac'],
  ['a dynamic XFA form', makePdf([catalogWith('/NeedsRendering true'), pages, page]), 'dynamic_xfa'],
  ['usage rights', makePdf([catalogWith('/Perms <</UR3 4 0 R>>'), pages, page, '<<>>']), 'usage_rights'],
  ['a certified file, P = 1', certified(1), 'certified_no_changes'],
  ['objects behind %%EOF', latin1(`${text(makePdf())}9 0 obj\n(cut off here`), 'appended_data'],
  ['an empty name', makePdf(), 'field_name_invalid', { fieldName: '' }],
  ['a name with a full stop', makePdf(), 'field_name_invalid', { fieldName: 'a.b' }],
  ['a text field', withForm('<</Fields [4 0 R]>>', '<</T (a) /FT /Tx>>'), 'field_not_signature', { fieldName: 'a' }],
  [
    'a field with kids',
    withForm('<</Fields [4 0 R]>>', '<</T (a) /FT /Sig /Kids [<</T (b)>>]>>'),
    'field_not_signature',
    { fieldName: 'a' },
  ],
  [
    'a signed field',
    withForm('<</Fields [4 0 R]>>', '<</T (a) /FT /Sig /V <<>>>>'),
    'field_signed',
    { fieldName: 'a' },
  ],
  ['a locked field', locked('/All', '/T (a)'), 'field_locked', { fieldName: 'a' }],
  ['a locked field by name', locked('/Include /Fields [(a)]', '/T (a)'), 'field_locked', { fieldName: 'a' }],
  ['a locked new field', locked('/Exclude /Fields [(a)]', '/T (a)'), 'field_locked', { fieldName: 'new' }],
  [
    'a field whose Lock sets permissions',
    withForm('<</Fields [4 0 R]>>', '<</T (a) /FT /Sig /Lock <</Action /All /P 4>>>>'),
    'field_lock_unsupported',
    { fieldName: 'a' },
  ],
  [
    'a field with demands',
    withForm('<</Fields [4 0 R]>>', '<</T (a) /FT /Sig /SV <</Ff 16 /LegalAttestation [(x)]>>>>'),
    'seed_values_unsupported',
    { fieldName: 'a' },
  ],
  [
    'a field whose demands are not met',
    withForm('<</Fields [4 0 R]>>', '<</T (a) /FT /Sig /SV <</Ff 1 /Filter /X>>>>'),
    'seed_values_unmet',
    { fieldName: 'a' },
  ],
  ['a certification after a signature', (await signFile(makePdf())).file, 'certification_not_first', { certify: 2 }],
  [
    'a signed file that names the next object',
    (await signFile(makePdf([catalogWith('/Later 9 0 R'), pages, page]))).file,
    'breaks_earlier_signature',
  ],
  [
    'a broken file that is signed',
    broken(withForm('<</Fields [4 0 R]>>', '<</T (a) /FT /Sig /V <<>>>>')),
    'repaired_and_signed',
  ],
  ['a reason beside a commitment', makePdf(), 'commitment_invalid', { reason: 'x', commitmentType: 'proofOfApproval' }],
  ['what is no certificate', makePdf(), 'certificate_unsupported', { certificate: latin1('no') }],
  ['no PDF', latin1('hello'), 'not_a_pdf'],
  ['a file without a page', makePdf([catalogWith(''), '<</Type /Pages /Kids []>>']), 'page_tree_invalid'],
]

function certified(permission: number): Uint8Array {
  const signature = `<</Type /Sig /Reference [<</TransformMethod /DocMDP /TransformParams <</P ${permission}>>>>]>>`
  return makePdf([catalogWith('/Perms <</DocMDP 4 0 R>>'), pages, page, signature])
}

function locked(action: string, field: string): Uint8Array {
  const signature = `<</Type /Sig /Reference [<</TransformMethod /FieldMDP /TransformParams <</Action ${action}>>>>]>>`
  return withForm('<</Fields [4 0 R 5 0 R]>>', '<</T (signed) /FT /Sig /V 6 0 R>>', `<<${field} /FT /Sig>>`, signature)
}

function broken(file: Uint8Array): Uint8Array {
  return latin1(text(file).replace(/startxref\n\d+/, 'startxref\n1'))
}

/** The entry of object 3 leads to object 2. */
function pageMisplaced(file: Uint8Array): Uint8Array {
  const content = text(file)
  const entry = (number: number): string => String(content.indexOf(`${number} 0 obj`)).padStart(10, '0')
  assert.ok(content.includes(entry(3)))
  return latin1(content.replace(entry(3), entry(2)))
}

for (const [what, source, code, options] of refusals)
  test(`refuses ${what}: ${code}`, () => assert.rejects(signFile(source, options), { code }))

test('every reason to refuse at prepare has a case here', () => {
  const atEmbed = ['plan_invalid', 'signature_invalid', 'signature_too_large']
  const elsewhere = (code: string) =>
    /^(timestamp|appearance|prepared|revocation|chain)_|^(not_signed|signature_broken|certificate_revoked)$/.test(code)
  const tested = new Set<string>(refusals.map(([, , code]) => code))
  assert.deepEqual(
    Object.keys(padesErrors).filter((code) => !tested.has(code) && !atEmbed.includes(code) && !elsewhere(code)),
    [],
  )
  assert.equal(new PadesError('encrypted').message, padesErrors.encrypted)
})

const accepted: readonly (readonly [string, Uint8Array, object?])[] = [
  ['a table', makePdf()],
  ['a cross-reference stream', makePdf(plainObjects, { kind: 'stream' })],
  ['a certified file that permits form filling', certified(2)],
  ['a direct form with direct fields', withForm('<</Fields [] /DA (x)>>')],
  ['a direct form with indirect fields', withForm('<</Fields 4 0 R>>', '[5 0 R]', '<</T (Signature1) /FT /Tx>>')],
  ['an indirect form', withForm('4 0 R', '<</Fields [5 0 R] /SigFlags 1>>', '<</T (Signature1) /FT /Tx>>')],
  ['an indirect form with indirect fields', withForm('4 0 R', '<</Fields 5 0 R /SigFlags 3>>', '[]')],
  ['a form that is null', withForm('9 0 R')],
  ['direct annotations', makePdf([catalogWith(''), pages, pageWith('/Annots [<</Subtype /Text>>]')])],
  ['indirect annotations', makePdf([catalogWith(''), pages, pageWith('/Annots 4 0 R'), '[]'])],
  ['annotations that are null', makePdf([catalogWith(''), pages, pageWith('/Annots 9 0 R')])],
  ['a header that comes late', makePdf(plainObjects, { header: 'junk\n%PDF-1.4\n' })],
  ['broken cross-references', broken(makePdf())],
  ['cross-references that are wrong about the page alone', pageMisplaced(makePdf())],
  ['a name of its own', makePdf(), { fieldName: 'Podpis č 1' }],
  ['texts', makePdf(), { name: 'Jan Novák', reason: '(ok)', location: 'Praha', contactInfo: 'a@example.com' }],
  ['an existing field', withForm('<</Fields [4 0 R]>>', '<</T (a) /FT /Sig /SV <</Filter /X>>>>'), { fieldName: 'a' }],
  [
    'an existing field below another',
    withForm('<</Fields [4 0 R]>>', '<</T (a) /FT /Sig /Kids [5 0 R]>>', '<</T (b) /Parent 4 0 R>>'),
    { fieldName: 'a.b' },
  ],
]
for (const [what, source, options] of accepted)
  test(`signs ${what}, and signs it again`, async () => {
    const once = await signFile(source, options)
    await assertSigned(source, once)
    const twice = await signFile(once.file)
    await assertSigned(once.file, twice)
    assert.notEqual(once.plan.fieldName, twice.plan.fieldName)
    const first = await readSignature(twice.file, once.plan.fieldName)
    assert.deepEqual(first.byteRange, once.plan.byteRange)
  })

test('the field, its widget and the form are what ISO 32000-2 asks for', async () => {
  const { document, field, dictionary } = await assertSigned(...(await signedWithSource(makePdf())))
  const entries = (value: PdfDictionary, ...keys: string[]): unknown[] => keys.map((key) => value.get(key))
  assert.deepEqual(entries(field, 'Rect', 'F', 'P'), [[0, 0, 0, 0], 132, new PdfReference(3)])
  const form = await document.resolveDictionary((await document.catalog()).get('AcroForm'))
  const fields = await document.resolveArray(form?.get('Fields'))
  const annotations = (await document.resolveDictionary(new PdfReference(3)))?.get('Annots')
  assert.equal(form?.get('SigFlags'), 3)
  assert.deepEqual(annotations, fields)
  const string = (key: string): string | null => {
    const value = dictionary.get(key)
    return value instanceof PdfString ? decodeTextString(value) : null
  }
  assert.equal(string('M'), 'D:20261125101112Z')
  assert.deepEqual([string('Name'), string('Reason')], [null, null])
})

async function signedWithSource(
  source: Uint8Array,
  options = {},
): Promise<[Uint8Array, Awaited<ReturnType<typeof signFile>>]> {
  return [source, await signFile(source, options)]
}

test('an array of annotations that pages share is left alone', async () => {
  const tree = '<</Type /Pages /Kids [3 0 R 4 0 R] /Count 2>>'
  const source = makePdf([catalogWith(''), tree, pageWith('/Annots 5 0 R'), pageWith('/Annots 5 0 R'), '[]'])
  const { document } = await assertSigned(...(await signedWithSource(source)))
  assert.deepEqual(await document.resolve(new PdfReference(5)), [])
  const annotations = (await document.resolveDictionary(new PdfReference(3)))?.get('Annots')
  assert.ok(isArray(annotations) && annotations.length === 1)
})

test('the page of a tagged document is given the tab order that PDF/UA asks for, by the first signature alone', async () => {
  const source = makePdf([catalogWith('/MarkInfo <</Marked true>>'), pages, page])
  const { document } = await assertSigned(...(await signedWithSource(source)))
  const pageOf = async (view: PdfDocument) => view.resolveDictionary(new PdfReference(3))
  assert.deepEqual((await pageOf(document))?.get('Tabs'), new PdfName('S'))
  const form = '/AcroForm <</Fields [4 0 R]>>'
  const field = '<</T (a) /FT /Sig /V <<>>>>'
  const tagged = makePdf([catalogWith(`/MarkInfo <</Marked true>> ${form}`), pages, page, field])
  const again = await assertSigned(...(await signedWithSource(tagged)))
  assert.equal((await pageOf(again.document))?.has('Tabs'), false)
})

test("a field's Lock becomes the signature's FieldMDP", async () => {
  const source = withForm('<</Fields [4 0 R]>>', '<</T (a) /FT /Sig /Lock <</Action /Include /Fields [(b)]>>>>')
  const { dictionary } = await assertSigned(...(await signedWithSource(source, { fieldName: 'a' })))
  const references = dictionary.get('Reference')
  const [reference] = isArray(references) ? references : []
  assert.ok(reference instanceof PdfDictionary)
  const parameters = reference.get('TransformParams')
  assert.ok(parameters instanceof PdfDictionary)
  assert.deepEqual([...parameters.keys()], ['Type', 'V', 'Action', 'Fields'])
  const after = await signFile(source, { fieldName: 'a' })
  await assert.rejects(signFile(after.file, { fieldName: 'b' }), { code: 'field_locked' })
})

test('the same source and options give the same plan; another time gives another', async () => {
  const source = bytesSource(makePdf())
  const { plan } = await prepareSignature(source, baseOptions)
  assert.deepEqual((await prepareSignature(source, baseOptions)).plan, plan)
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan)
  const later = { ...baseOptions, signingTime: new Date('2026-11-25T10:11:13Z') }
  assert.notEqual((await prepareSignature(source, later)).plan.messageDigest, plan.messageDigest)
})

test('a running digest of the source saves reading it, and goes on unchanged', async () => {
  const file = makePdf([...plainObjects, `<</Length 200000>>\nstream\n${'x'.repeat(200_000)}\nendstream`])
  const digestOfSource = nodeCrypto.createHash(digestAlgorithmFor(pki.certificate))
  digestOfSource.update(file)
  let read = 0
  const source = {
    size: file.length,
    read: async (offset: number, length: number) => {
      read += length
      return file.subarray(offset, offset + length)
    },
  }
  const { plan } = await prepareSignature(source, { ...baseOptions, digestOfSource })
  assert.ok(read < 40_000, `${read} bytes were read`)
  assert.deepEqual(plan, (await prepareSignature(bytesSource(file), baseOptions)).plan)
  assert.deepEqual(digestOfSource.digest(), nodeCrypto.digest('SHA-256', file))
})

test('the reserved space is that of the CMS with the longest signature, for chains and serial numbers of any length', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom('P-256' as const, 'P-384' as const),
      fc.nat(3),
      fc.uint8Array({ minLength: 1, maxLength: 19 }).filter((serial) => serial.some((octet) => octet !== 0)),
      async (curve, cas, serialNumber) => {
        const other = await makeTestPki(curve, serialNumber)
        const chain = Array.from({ length: cas }, () => other.issuing)
        const { plan, signedAttributes } = await prepareSignature(bytesSource(makePdf()), {
          ...baseOptions,
          certificate: other.certificate,
          chain,
        })
        const longest = buildSignedData({
          signedAttributes,
          signature: new Uint8Array(curve === 'P-256' ? 72 : 104),
          signatureAlgorithm: other.signer.signatureAlgorithm,
          digestAlgorithm: plan.digestAlgorithm,
          certificates: [other.certificate, ...chain],
        })
        assert.equal(plan.contents.length, 2 + 2 * longest.length)
      },
    ),
    { numRuns: 30 },
  ))

test('there is room for a time-stamp token where one is announced', async () => {
  const { plan } = await signFile(makePdf())
  const { plan: roomy } = await signFile(makePdf(), { timestampTokenBytes: 5000 })
  assert.equal(roomy.contents.length - plan.contents.length, 2 * 5064)
})

test('a P-384 key signs with SHA-384', async () => {
  const other = await makeTestPki('P-384')
  assert.equal(digestAlgorithmFor(other.certificate), 'SHA-384')
  const options = { ...baseOptions, certificate: other.certificate, chain: [other.issuing] }
  const { plan, messageDigest } = await prepareSignature(bytesSource(makePdf()), options)
  assert.deepEqual([plan.digestAlgorithm, messageDigest.length], ['SHA-384', 48])
})

test('any PDF of ours, signed any number of times, keeps every signature', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom('table' as const, 'stream' as const),
      fc.array(fc.record({ reason: fc.string({ maxLength: 20, unit: 'binary' }) }), { minLength: 1, maxLength: 4 }),
      async (kind, rounds) => {
        let file = makePdf(plainObjects, { kind })
        const plans = []
        for (const options of rounds) {
          const signed = await signFile(file, options)
          const { dictionary } = await assertSigned(file, signed)
          const reason = dictionary.get('Reason')
          assert.ok(reason instanceof PdfString && decodeTextString(reason) === options.reason)
          plans.push(signed.plan)
          file = signed.file
        }
        for (const plan of plans)
          assert.deepEqual((await readSignature(file, plan.fieldName)).byteRange, plan.byteRange)
      },
    ),
    { numRuns: 25 },
  ))
