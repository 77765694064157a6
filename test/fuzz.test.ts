/** A bounded round of `npm run fuzz -- pdf`: the same files each time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mutate, randomFrom } from '../fuzz/mutate.ts'
import { tryFile } from '../fuzz/pdf.ts'
import { readSeeds } from '../fuzz/seeds.ts'

const files = 250

test('broken files are refused by a documented error, or signed so that the result is valid', async () => {
  const seeds = readSeeds(20_000)
  let signed = 0
  for (let number = 0; number < files; number++) {
    const outcome = await tryFile(mutate(seeds, randomFrom(number)), number).catch((cause: unknown) => {
      throw new Error(`file ${number}; node fuzz/main.ts pdf --seed ${number} tries it again`, { cause })
    })
    if (outcome === 'signed') signed++
  }
  assert.ok(signed > files / 10 && signed < files, `${signed} of ${files} were signed`)
})

test('a number is always the same file', () => {
  const seeds = readSeeds(20_000)
  assert.deepEqual(mutate(seeds, randomFrom(7)), mutate(seeds, randomFrom(7)))
  assert.notDeepEqual(mutate(seeds, randomFrom(7)), mutate(seeds, randomFrom(8)))
})
