import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  dictionary,
  isArray,
  name,
  PdfDictionary,
  type PdfDocument,
  type PdfObject,
  PdfReference,
  type RevisionBuilder,
  reference,
} from '@cloudsigner/pdf'
import { crlOf, issuing, root } from './authority.ts'
import {
  addStore,
  append,
  cadesDetached,
  cms,
  codes,
  concat,
  documentTimestamp,
  now,
  plain,
  sign,
  signField,
  streamOf,
  validate,
  validateFirst,
  verdict,
} from './scenario.ts'

const signed = await sign(plain)
const content = (text: string) => streamOf(new TextEncoder().encode(text))

async function catalogOf(document: PdfDocument): Promise<{ place: PdfReference; catalog: PdfDictionary }> {
  const place = document.trailer.get('Root')
  assert.ok(place instanceof PdfReference)
  return { place, catalog: await document.catalog() }
}

async function put(
  builder: RevisionBuilder,
  document: PdfDocument,
  number: number,
  change: (old: PdfDictionary) => PdfDictionary,
) {
  const old = await document.getObject(reference(number))
  assert.ok(old instanceof PdfDictionary)
  builder.put(reference(number), change(old))
}

test('a second signature, a store and a time-stamp leave the first one standing', async () => {
  const twice = await sign(signed)
  const [first, second] = await validate(twice)
  assert.ok(first && second)
  assert.deepEqual(
    [first.modifications, first.coverage, verdict(first)],
    ['FORM_FILLING', 'ENTIRE_REVISION', 'TOTAL_PASSED'],
  )
  assert.deepEqual([second.modifications, second.coverage, verdict(second)], ['NONE', 'ENTIRE_FILE', 'TOTAL_PASSED'])
  const extended = await addStore(twice, { certificates: [issuing.der], crls: [await crlOf(root)] })
  const archived = await documentTimestamp(extended, now)
  const renewed = await documentTimestamp(await addStore(archived, { certificates: [root.der] }), now)
  const levels = (await validate(renewed)).map(({ modifications }) => modifications)
  assert.deepEqual(levels, ['FORM_FILLING', 'LTA_UPDATES', 'LTA_UPDATES', 'NONE'])
})

/** Each appends to a signed file what could make a reader show another document. */
const attacks: Readonly<Record<string, (builder: RevisionBuilder, document: PdfDocument) => Promise<void>>> = {
  'replaces the content of a page': async (builder) => {
    builder.put(reference(4), content('1 0 0 rg 0 0 200 200 re f'))
  },
  'gives a page other content': async (builder, document) => {
    const other = builder.add(content('0 0 9 9 re'))
    await put(builder, document, 3, (page) => page.with('Contents', other))
  },
  'replaces the page tree': async (builder, document) => {
    const page = builder.add(dictionary({ Type: name('Page'), Parent: reference(2) }))
    await put(builder, document, 2, (pages) => pages.with('Kids', [page]))
  },
  'replaces the catalog': async (builder, document) => {
    const { place, catalog } = await catalogOf(document)
    builder.put(place, catalog.with('OpenAction', dictionary({ S: name('JavaScript') })))
  },
  'defines an object that was referred to and missing': async (builder) => {
    builder.put(reference(99), content('0 0 9 9 re'))
  },
  'adds an annotation that is no signature': async (builder, document) => {
    const note = builder.add(dictionary({ Type: name('Annot'), Subtype: name('FreeText'), Rect: [0, 0, 200, 200] }))
    await put(builder, document, 3, (page) => page.with('Annots', [...annotationsOf(page), note]))
  },
  'takes away the annotation of the signature': async (builder, document) => {
    await put(builder, document, 3, (page) => page.without('Annots'))
  },
  'changes the signed signature field': async (builder, document) => {
    const form = await document.resolveDictionary((await document.catalog()).get('AcroForm'))
    const [field] = (await document.resolveArray(form?.get('Fields'))) ?? []
    assert.ok(field instanceof PdfReference)
    await put(builder, document, field.number, (old) => old.with('Rect', [0, 0, 200, 200]))
  },
  'adds a form field that is no signature': async (builder, document) => {
    const { place, catalog } = await catalogOf(document)
    const form = await document.resolveDictionary(catalog.get('AcroForm'))
    assert.ok(form)
    const fields = (await document.resolveArray(form.get('Fields'))) ?? []
    const text = builder.add(dictionary({ FT: name('Tx'), Rect: [0, 0, 200, 200] }))
    const extended = form.with('Fields', [...fields, text])
    const formPlace = catalog.get('AcroForm')
    if (formPlace instanceof PdfReference) builder.put(formPlace, extended)
    else builder.put(place, catalog.with('AcroForm', extended))
  },
  'uses an object of the page in the security store': async (builder, document) => {
    const { place, catalog } = await catalogOf(document)
    builder.put(reference(4), content('0 0 9 9 re'))
    builder.put(place, catalog.with('DSS', dictionary({ Certs: [reference(4)] })))
  },
}
function annotationsOf(page: PdfDictionary): readonly PdfObject[] {
  const annotations = page.get('Annots')
  return isArray(annotations) ? annotations : []
}

for (const [what, attack] of Object.entries(attacks)) {
  test(`a revision that ${what} is OTHER, and the signature does not pass`, async () => {
    const report = await validateFirst(await append(signed, attack))
    assert.equal(report.intact, true)
    assert.equal(report.coverage, 'ENTIRE_REVISION')
    assert.equal(report.modifications, 'OTHER')
    assert.equal(verdict(report), 'INDETERMINATE/SIG_CONSTRAINTS_FAILURE')
    assert.ok(codes(report).includes('later_revision_suspicious'))
  })
}

test('what was hidden in the store before signing and is drawn later is found (shadow attack)', async () => {
  const prepared = await append(plain, async (builder, document) => {
    const { place, catalog } = await catalogOf(document)
    const shared = builder.add(content('0 0 1 1 re'))
    builder.put(place, catalog.with('DSS', dictionary({ Certs: [shared] })))
    await put(builder, document, 3, (page) => page.with('Contents', shared))
  })
  const attacked = await append(await sign(prepared), async (builder, document) => {
    const dss = await document.resolveDictionary((await document.catalog()).get('DSS'))
    const [shared] = (await document.resolveArray(dss?.get('Certs'))) ?? []
    assert.ok(shared instanceof PdfReference)
    builder.put(shared, content('1 0 0 rg 0 0 200 200 re f'))
  })
  assert.equal((await validateFirst(attacked)).modifications, 'OTHER')
})

test('a certification that allows no changes is broken by a further signature, not by a time-stamp (table 257)', async () => {
  const parameters = dictionary({ Type: name('TransformParams'), P: 1, V: name('1.2') })
  const transform = dictionary({ Type: name('SigRef'), TransformMethod: name('DocMDP'), TransformParams: parameters })
  const extra = new Map([['Reference', [transform]]])
  const certified = await signField(plain, cms(), { subFilter: cadesDetached, extra })
  assert.equal(verdict(await validateFirst(certified)), 'TOTAL_PASSED')
  assert.equal(verdict(await validateFirst(await documentTimestamp(certified, now))), 'TOTAL_PASSED')
  const further = await signField(certified, cms(), { subFilter: cadesDetached, fieldName: 'Second' })
  const report = await validateFirst(further)
  assert.equal(verdict(report), 'INDETERMINATE/SIG_CONSTRAINTS_FAILURE')
  assert.ok(codes(report).includes('certification_violated'))
})

test('bytes that are no revision, behind revisions that are, are not judged', async () => {
  const report = await validateFirst(concat(await sign(signed), Buffer.from('junk behind the end of it all')))
  assert.equal(report.modifications, null)
  assert.equal(verdict(report), 'INDETERMINATE/SIG_CONSTRAINTS_FAILURE')
})
