import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FormAttribute, formAttributeTypes, MobileOperation } from '@cloudsigner/contracts/mobile-token'
import { cloudSignatureTemplate, type OperationDetail } from '@cloudsigner/contracts/powerauth-private'
import fc from 'fast-check'
import { Check } from 'typebox/value'
import { type DisplayTemplate, indexDisplayTemplates } from '../src/domain/display/display-template.ts'
import { formAttributes } from '../src/domain/display/form-attributes.ts'
import { pickLanguage } from '../src/domain/display/language.ts'
import { mobileOperationOf } from '../src/domain/display/mobile-operation.ts'
import { formatMoney } from '../src/domain/display/money.ts'
import { shippedDisplayTemplates } from '../src/domain/display/shipped-templates.ts'
import { uiExtensions } from '../src/domain/display/ui-extensions.ts'
import { fillDataTemplate, fillText } from '../src/domain/operation-data.ts'

const named = (name: string) => `$\{${name}}`

test('parameters are escaped in data, put in once, and missing ones stay as they are', () => {
  const template = `A1*A${named('amount')}${named('currency')}*N${named('note')}*T${named('none')}`
  assert.equal(
    fillDataTemplate(template, { amount: '100', currency: 'CZK', note: 'a*b\\c\nd' }),
    `A1*A100CZK*Na\\*b\\\\c\\nd*T${named('none')}`,
  )
  const nested = fillDataTemplate(`N${named('note')}`, { note: named('other'), other: 'injected' })
  assert.equal(nested, `N${named('other')}`)
  for (const control of ['\u0000', '\t', '\r', '\u001f', '\u007f', '\ud800'])
    assert.throws(() => fillDataTemplate('A2', { unused: `x${control}y` }), { code: 'ERR0024' })
  assert.equal(fillText(`${named('a')} ${named('toString')}`, { a: 'x*y' }), `x*y ${named('toString')}`)
})

test('whatever a parameter holds, it adds no field to the data', () => {
  const text = fc.string({ unit: 'binary' }).filter((value) => !/[\p{Cc}\p{Cs}]/u.test(value.replaceAll('\n', '')))
  fc.assert(
    fc.property(text, (note) => {
      const data = fillDataTemplate(`A1*N${named('note')}*Tend`, { note })
      const fields = data.match(/(?:\\.|[^\\*])+/gs) ?? []
      assert.equal(fields.length, 3)
      assert.equal(fields[2], 'Tend')
      const unescaped = (fields[1] ?? '').slice(1).replaceAll(/\\(.)/gs, (_all, c: string) => (c === 'n' ? '\n' : c))
      assert.equal(unescaped, note)
    }),
  )
})

test('Accept-Language picks what is there, by quality and then by order', () => {
  const available = ['en', 'cs', 'de']
  assert.equal(pickLanguage('cs', available), 'cs')
  assert.equal(pickLanguage('cs-CZ, en;q=0.8', available), 'cs')
  assert.equal(pickLanguage('fr, en;q=0.2, de;q=0.7', available), 'de')
  assert.equal(pickLanguage('fr', available), undefined)
  assert.equal(pickLanguage('en;q=0', available), undefined)
  assert.equal(pickLanguage('', available), undefined)
  fc.assert(fc.property(fc.string(), (header) => [undefined, ...available].includes(pickLanguage(header, available))))
})

test('a template is found by type and language; English, else the first, stands in', () => {
  const find = indexDisplayTemplates(shippedDisplayTemplates)
  assert.equal(find('payment', 'de')?.title, 'Zahlung bestätigen')
  assert.equal(find('payment', 'fr')?.language, 'en')
  assert.equal(find('unheard_of', 'en'), undefined)
  const only: DisplayTemplate = { operationType: 'x', language: 'cs', title: '', message: '', attributes: [] }
  assert.equal(indexDisplayTemplates([only])('x', 'de')?.language, 'cs')
  assert.throws(() => indexDisplayTemplates([only, { ...only, language: 'CS' }]), /two for x/)
})

test('the shipped templates say the same in every language, and show what Cloud mode signs', () => {
  for (const operationType of ['cloud_signature', 'login', 'payment']) {
    const of = shippedDisplayTemplates.filter((template) => template.operationType === operationType)
    assert.deepEqual(
      of.map(({ language }) => language),
      ['en', 'cs', 'de'],
    )
    const shapes = of.map(({ attributes }) =>
      JSON.stringify(attributes.map(({ id, type, params }) => [id, type, params])),
    )
    assert.equal(new Set(shapes).size, 1)
  }
  const cloud = shippedDisplayTemplates.find(
    ({ operationType }) => operationType === cloudSignatureTemplate.operationType,
  )
  const shown = cloud?.attributes.flatMap(({ params }) => Object.values(params ?? {})) ?? []
  const signed = [...cloudSignatureTemplate.dataTemplate.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
  assert.deepEqual(shown.toSorted(), signed.toSorted())
})

test('amounts are shown in full, in the language; what is no number is shown as it is', () => {
  assert.deepEqual(formatMoney('1492.5', 'EUR', 'en'), {
    amount: 1492.5,
    currency: 'EUR',
    amountFormatted: '1,492.50',
    currencyFormatted: '€',
    valueFormatted: '€1,492.50',
  })
  assert.equal(formatMoney('100', 'JPY', 'en').amountFormatted, '100')
  assert.equal(formatMoney('0.12345', 'CZK', 'en').amountFormatted, '0.12345')
  assert.equal(formatMoney('12345678901234567890.12', 'CZK', 'en').amountFormatted, '12,345,678,901,234,567,890.12')
  assert.equal(formatMoney('100', 'CZK', 'cs').valueFormatted.replaceAll(/\s/g, ' '), '100,00 Kč')
  assert.deepEqual(formatMoney('a lot', 'CZK', 'en'), {
    amount: null,
    currency: 'CZK',
    amountFormatted: 'a lot',
    currencyFormatted: 'CZK',
    valueFormatted: 'a lot CZK',
  })
  assert.equal(formatMoney('5', 'points', 'en').valueFormatted, '5 points')
})

test('each type of attribute is built, and one that lacks a required field is left out', () => {
  const fields = {
    amount: '1',
    currency: 'CZK',
    sourceAmount: '1',
    sourceCurrency: 'EUR',
    targetAmount: '25',
    targetCurrency: 'CZK',
    dynamic: 'true',
    value: 'v',
    note: 'n',
    alertType: 'WARNING',
    title: 't',
    message: 'm',
    thumbnailUrl: 'https://x/t',
    originalUrl: 'https://x/o',
    name: 'Shop',
    level: '2',
  }
  const params = Object.fromEntries(Object.keys(fields).map((name) => [name, name]))
  const template = formAttributeTypes.map((type) => ({ id: type, type, text: 'label', params }))
  const full = formAttributes(template, fields, 'en')
  assert.deepEqual(
    full.map(({ type }) => type),
    [...formAttributeTypes],
  )
  for (const attribute of full) assert.ok(Check(FormAttribute, attribute), JSON.stringify(attribute))
  const bare = formAttributes(template, {}, 'en')
  assert.deepEqual(
    bare.map(({ type }) => type),
    ['HEADING', 'ALERT', 'PARTY_INFO'],
  )
  for (const attribute of bare) assert.ok(Check(FormAttribute, attribute), JSON.stringify(attribute))
})

test('risk flags become ui, unless the template says what ui is; a scan needs a code', () => {
  const template: DisplayTemplate = { operationType: 'x', language: 'en', title: '', message: '', attributes: [] }
  const facts = { parameters: { shop: 'https://x/"},' }, riskFlags: 'XCF', proximity: false }
  assert.equal(uiExtensions(template, { ...facts, riskFlags: null }), undefined)
  const ofFlags = uiExtensions(template, facts)
  assert.deepEqual([ofFlags?.flipButtons, ofFlags?.blockApprovalOnCall], [true, true])
  assert.deepEqual([ofFlags?.preApprovalScreen?.type, ofFlags?.preApprovalScreen?.approvalType], ['WARNING', 'SLIDER'])
  assert.equal(uiExtensions(template, { ...facts, riskFlags: 'X' })?.preApprovalScreen, undefined)
  const redirect = { redirectText: 'Back', redirectUrl: named('shop'), countdown: 5 }
  const ui = {
    preApprovalScreen: { type: 'QR_SCAN', heading: 'Scan', message: 'it' },
    postApprovalScreen: { type: 'MERCHANT_REDIRECT', heading: '', message: '', payload: redirect },
  } as const
  const without = uiExtensions({ ...template, ui }, facts)
  assert.deepEqual(Object.keys(without ?? {}), ['postApprovalScreen'])
  assert.deepEqual(without?.postApprovalScreen?.payload, { ...redirect, redirectUrl: 'https://x/"},' })
  assert.equal(uiExtensions({ ...template, ui }, { ...facts, proximity: true })?.preApprovalScreen?.type, 'QR_SCAN')
})

test('an operation is told as the contract has it', () => {
  const detail: OperationDetail = {
    id: 'op',
    userId: 'alice',
    applications: ['bank'],
    externalId: null,
    activationFlag: null,
    operationType: 'payment',
    templateName: 'payment',
    data: 'A1*A100CZK',
    parameters: { amount: '100', currency: 'CZK', iban: 'CZ27' },
    additionalData: { secret: 'of the back end' },
    status: 'PENDING',
    statusReason: null,
    signatureType: ['POSSESSION_KNOWLEDGE'],
    failureCount: 0,
    maxFailureCount: 5,
    timestampCreated: '2026-11-23T22:34:51.875+00:00',
    timestampExpires: '2026-11-23T23:34:51.875+00:00',
    timestampFinalized: null,
    riskFlags: 'F',
    proximityOtp: '12345678',
    activationId: null,
  }
  const template = indexDisplayTemplates(shippedDisplayTemplates)('payment', 'en')
  assert.ok(template)
  const shown = mobileOperationOf(detail, template)
  assert.ok(Check(MobileOperation, shown), JSON.stringify(shown))
  assert.equal(shown.operationCreated, '2026-11-23T22:34:51+0000')
  assert.deepEqual(shown.allowedSignatureType, { type: '2FA', variants: ['possession_knowledge'] })
  assert.ok(!JSON.stringify(shown).includes('12345678') && !JSON.stringify(shown).includes('of the back end'))
  const alone = mobileOperationOf({ ...detail, signatureType: ['POSSESSION', 'POSSESSION_KNOWLEDGE'] }, template)
  assert.deepEqual(alone.allowedSignatureType, { type: '1FA', variants: [] })
})
