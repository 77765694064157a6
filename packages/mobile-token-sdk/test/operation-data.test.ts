import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MobileTokenError, parseOperationData } from '../src/index.ts'

test('the sample of the standard', () => {
  assert.deepEqual(parseOperationData('A1*A100CZK*ICZ2730300000001165254011*R/VS123456/SS/KS*D20180425'), {
    version: 'A',
    template: 'payment',
    fields: [
      { type: 'amount', amount: '100', currency: 'CZK' },
      { type: 'account', iban: 'CZ2730300000001165254011' },
      { type: 'reference', reference: '/VS123456/SS/KS', symbols: { VS: '123456', SS: '', KS: '' } },
      { type: 'date', date: '2018-04-25' },
    ],
  })
})

test('every kind of field, empty ones, escapes, and templates that are not known', () => {
  assert.deepEqual(parseOperationData('A2'), { version: 'A', template: 'login', fields: [] })
  assert.equal(parseOperationData('A99*Tx').template, 'generic')
  assert.deepEqual(parseOperationData('A0*A-1492.50EUR*ICZ27,AIRACZPP*Q123/0800**Na\\*b\\\\c\\nd').fields, [
    { type: 'amount', amount: '-1492.50', currency: 'EUR' },
    { type: 'account', iban: 'CZ27', bic: 'AIRACZPP' },
    { type: 'anyAccount', account: '123/0800' },
    { type: 'empty' },
    { type: 'note', text: 'a*b\\c\nd' },
  ])
  assert.deepEqual(parseOperationData('A0*Rfree  text*Znew*T').fields, [
    { type: 'reference', reference: 'free text' },
    { type: 'text', text: 'new' },
    { type: 'text', text: '' },
  ])
})

test('what is not operation data is refused', () => {
  const broken = [
    '',
    'a1',
    'A',
    'A100',
    'A1*A100',
    'A1*ACZK',
    'A1*A1,5CZK',
    'A1*A100czk',
    'A1*ICZ27 30',
    'A1*D20180230',
    'A1*D2018',
    'A0*Ta\\x',
    'A0*Ta\\',
    'A0*Ta\nb',
    'A0*T\u0000',
    'A0*T1*T2*T3*T4*T5*T6*T7',
    `A0*T${'x'.repeat(70_000)}`,
  ]
  for (const data of broken)
    assert.throws(() => parseOperationData(data), { name: 'MobileTokenError', code: 'invalid_operation_data' }, data)
})

test('notes come back as they were escaped; nothing makes the parser fail of itself', () => {
  const escaped = (text: string) => text.replaceAll(/[\\*\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))
  const notes = fc.array(
    fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[^\S\n]|\p{Cc}/gu, (c) => (c === '\n' ? c : '_'))),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(notes, (texts) => {
      const { fields } = parseOperationData(['A0', ...texts.map((text) => `N${escaped(text)}`)].join('*'))
      assert.deepEqual(
        fields,
        texts.map((text) => ({ type: 'note', text })),
      )
    }),
  )
  const pieces = fc.array(fc.constantFrom('A', '1', '*', '\\', 'n', 'I', 'D20180425', '.', 'CZK', '\n', ' ', 'é'))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        pieces.map((some) => some.join('')),
      ),
      (data) => {
        try {
          parseOperationData(data)
        } catch (error) {
          assert.ok(error instanceof MobileTokenError && error.code === 'invalid_operation_data')
        }
      },
    ),
    { numRuns: 1000 },
  )
})
