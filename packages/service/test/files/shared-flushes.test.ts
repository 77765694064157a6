import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSharedFlushes } from '../../src/files/shared-flushes.ts'

/** Flushes that end when the test says so. */
function heldFlushes() {
  const begun: { readonly path: string; end(error?: Error): void }[] = []
  const flushes = createSharedFlushes(
    (path) =>
      new Promise((resolve, reject) => {
        begun.push({ path, end: (error) => (error ? reject(error) : resolve()) })
      }),
  )
  return { begun, flushes }
}

/** Long enough for every reaction of a promise. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

test('who asks while a flush is under way waits for one that begins later, together with all others', async () => {
  const { begun, flushes } = heldFlushes()
  const ended: string[] = []
  const ask = (name: string) => void flushes.flush('a').then(() => ended.push(name))
  ask('first')
  ask('second')
  ask('third')
  assert.equal(begun.length, 1)
  begun[0]?.end()
  await settled()
  assert.deepEqual(ended, ['first'])
  assert.equal(begun.length, 2)
  ask('fourth')
  begun[1]?.end()
  await settled()
  assert.deepEqual(ended, ['first', 'second', 'third'])
  assert.equal(begun.length, 3)
  begun[2]?.end()
  await settled()
  assert.deepEqual(ended, ['first', 'second', 'third', 'fourth'])
  ask('fifth')
  assert.equal(begun.length, 4)
})

test('directories do not wait for each other', async () => {
  const { begun, flushes } = heldFlushes()
  void flushes.flush('a')
  void flushes.flush('b')
  assert.deepEqual(
    begun.map(({ path }) => path),
    ['a', 'b'],
  )
})

test('a flush that fails is the failure of those who waited for it, and of nobody after', async () => {
  const { begun, flushes } = heldFlushes()
  const first = flushes.flush('a')
  const second = flushes.flush('a')
  begun[0]?.end(new Error('the disk is gone'))
  await assert.rejects(first, /the disk is gone/)
  await settled()
  begun[1]?.end()
  await second
  const third = flushes.flush('a')
  begun[2]?.end()
  await third
})
