import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PdfError, ValidationRefusal } from '@cloudsigner/pades'
import { makePdf } from '@cloudsigner/testing'
import fc from 'fast-check'
import { crlOf, issuing, root } from './authority.ts'
import { addStore, documentTimestamp, now, plain, sign, validate } from './scenario.ts'

test('an encrypted file is refused by name', async () => {
  const encrypted = makePdf(undefined, { trailer: '/Encrypt <</Filter /Standard /V 1>>' })
  await assert.rejects(validate(encrypted), { name: 'ValidationRefusal', code: 'encrypted' })
})

test('more signatures than anyone makes are refused by name', async () => {
  const fields = Array.from({ length: 257 }, (_, index) => `<</FT /Sig /T (${index}) /V <</Type /Sig>>>>`)
  const form = `/AcroForm <</Fields [${fields.join(' ')}]>>`
  const file = makePdf([`<</Type /Catalog /Pages 2 0 R ${form}>>`, '<</Type /Pages /Kids [] /Count 0>>'])
  await assert.rejects(validate(file), { name: 'ValidationRefusal', code: 'signature_limit' })
})

test('bytes that are no PDF are a PdfError', async () => {
  await assert.rejects(validate(new TextEncoder().encode('hello')), { name: 'PdfError', code: 'not_a_pdf' })
})

const store = { certificates: [root.der], crls: [await crlOf(root), await crlOf(issuing)] }
const file = await documentTimestamp(await addStore(await sign(plain), store), now)

/** The hexadecimal digits of Contents mean the same in either case; such a change changes nothing. */
function isSameDigit(before: number, after: number): boolean {
  const [a, b] = [String.fromCharCode(before), String.fromCharCode(after)]
  return /[0-9a-f]/i.test(a) && a.toLowerCase() === b.toLowerCase()
}

test('a signed file with any byte changed never passes, never hangs, and fails only by name', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(file.length - 1), fc.nat(255), async (offset, value) => {
      const before = file[offset] ?? 0
      fc.pre(before !== value && !isSameDigit(before, value))
      const mutated = file.slice()
      mutated[offset] = value
      assert.ok(!(await allPass(mutated)), `byte ${offset}: ${before} → ${value}`)
    }),
    { numRuns: 400 },
  )
})

test('a signed file cut, doubled or stirred never passes', { timeout: 120_000 }, async () => {
  const place = fc.nat(file.length)
  await fc.assert(
    fc.asyncProperty(place, place, place, async (a, b, c) => {
      const [from = 0, to = 0, at = 0] = [Math.min(a, b), Math.max(a, b), c]
      const stirred = new Uint8Array(
        Buffer.concat([file.subarray(0, at), file.subarray(from, to), file.subarray(Math.max(at, from))]),
      )
      fc.pre(!Buffer.from(stirred).equals(file))
      assert.ok(!(await allPass(stirred)))
    }),
    { numRuns: 200 },
  )
})

/** Whether every signature there was still is, and passes. */
async function allPass(bytes: Uint8Array): Promise<boolean> {
  try {
    const reports = await validate(bytes)
    return reports.length >= 2 && reports.every(({ indication }) => indication === 'TOTAL_PASSED')
  } catch (error) {
    assert.ok(error instanceof PdfError || error instanceof ValidationRefusal, String(error))
    return false
  }
}
