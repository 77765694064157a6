import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cs } from '../src/i18n/cs.ts'
import { de } from '../src/i18n/de.ts'
import { en } from '../src/i18n/en.ts'
import { chooseLanguage } from '../src/i18n/index.ts'

/** Every text with its path; functions by what they say of a few numbers. */
function leaves(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'function') return [1, 2, 5].map((count) => [`${path}(${count})`, String(value(count, count))])
  if (typeof value !== 'object' || value === null) return [[path, String(value)]]
  return Object.entries(value).flatMap(([name, member]) => leaves(member, `${path}.${name}`))
}

for (const [name, messages] of Object.entries({ en, cs, de }))
  test(`${name}: no text is empty, none says undefined`, () => {
    for (const [path, text] of leaves(messages)) assert.match(text, /\S/, path)
    for (const [path, text] of leaves(messages)) assert.doesNotMatch(text, /undefined|NaN|\[object/, path)
  })

test('no text was left in English', () => {
  const english = new Map(leaves(en))
  // Words that are the same in the languages.
  const same =
    /^\.(app\.name|device\.appearances|document\.page|operation\.website|inbox\.until|enrol\.attributes\.commonName)/
  for (const messages of [cs, de])
    for (const [path, text] of leaves(messages)) if (!same.test(path)) assert.notEqual(text, english.get(path), path)
})

test('Czech has a form for one, for a few and for many', () => {
  assert.deepEqual(
    [1, 2, 5].map((count) => cs.document.signed(count)),
    ['Dokument je podepsán.', '2 dokumenty jsou podepsány.', '5 dokumentů je podepsáno.'],
  )
})

test('the first language that is known is taken, else English', () => {
  assert.equal(chooseLanguage(['', 'sk-SK', 'cs-CZ', 'de']), 'cs')
  assert.equal(chooseLanguage(['fr', 'toString']), 'en')
})
