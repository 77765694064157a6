import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nodeCrypto } from '../src/node.ts'
import {
  correctTypedActivationCode,
  formatActivationCode,
  generateActivationCode,
  isActivationCode,
  parseActivationCode,
  parseActivationQrCode,
} from '../src/v3/activation-code.ts'
import { refuses } from './refuses.ts'

/** The valid samples of the published tests. */
const samples = [
  'AAAAA-AAAAA-AAAAA-AAAAA',
  'LLLLL-LLLLL-LLLLL-LQJTA',
  'KKKKK-KKKKK-KKKKK-KDJNQ',
  'MMMMM-MMMMM-MMMMM-MUTOA',
  'VVVVV-VVVVV-VVVVV-VTFVA',
  '55555-55555-55555-55YMA',
  'W65WE-3T7VI-7FBS2-A4OYA',
  'DD7P5-SY4RW-XHSNB-GO52A',
  'X3TS3-TI35Z-JZDNT-TRPFA',
  'HCPJX-U4QC4-7UISL-NJYMA',
  'XHGSM-KYQDT-URE34-UZGWQ',
  '45AWJ-BVACS-SBWHS-ABANA',
]

test('the published samples are codes', () => {
  for (const code of samples) assert.equal(parseActivationCode(code), code)
})

test('a code of any ten bytes is a code, and changing one character of it is noticed', () => {
  const ten = fc.uint8Array({ minLength: 10, maxLength: 10 })
  fc.assert(
    fc.property(ten, fc.nat(22), fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'), (bytes, index, other) => {
      const code = formatActivationCode(bytes)
      assert.ok(isActivationCode(code))
      const changed = code.slice(0, index) + other + code.slice(index + 1)
      assert.equal(isActivationCode(changed), changed === code)
    }),
  )
  assert.notEqual(generateActivationCode(nodeCrypto), generateActivationCode(nodeCrypto))
})

for (const text of [
  '',
  'AAAAA-AAAAA-AAAAA',
  'aaaaa-aaaaa-aaaaa-aaaaa',
  'AAAAAAAAAAAAAAAAAAAA',
  'AAAAA-AAAAA-AAAAA-AAAAA\n',
  'AAAAA-AAAAA-AAAAA-AAAAB',
  '0AAAA-AAAAA-AAAAA-AAAAA',
]) {
  test(`${JSON.stringify(text)} is no code`, () => refuses('invalid_activation_code', () => parseActivationCode(text)))
}

test('what people type is read kindly', () => {
  assert.equal(correctTypedActivationCode(' w65we3t7v1 7fbs2-a40ya'), 'W65WE-3T7VI-7FBS2-A4OYA')
  assert.equal(correctTypedActivationCode(''), '')
})

test('a QR code carries a signature or none', () => {
  assert.deepEqual(parseActivationQrCode('W65WE-3T7VI-7FBS2-A4OYA#MEUC'), { code: samples[6], signature: 'MEUC' })
  assert.deepEqual(parseActivationQrCode('W65WE-3T7VI-7FBS2-A4OYA'), { code: samples[6] })
  refuses('invalid_activation_code', () => parseActivationQrCode('W65WE-3T7VI-7FBS2-A4OYA#'))
  refuses('invalid_activation_code', () => parseActivationQrCode('#MEUC'))
})
