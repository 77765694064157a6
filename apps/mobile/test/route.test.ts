import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hrefOf, parseRoute, type Route } from '../src/state/route.ts'

const routes: readonly Route[] = [
  { name: 'inbox' },
  { name: 'history' },
  { name: 'device' },
  { name: 'document', id: '0d1f-22' },
  { name: 'operation', id: 'a_b' },
]
for (const route of routes)
  test(`${hrefOf(route)} leads back`, () => assert.deepEqual(parseRoute(hrefOf(route)), route))

test('what is no address of the app leads to the inbox', () => {
  for (const hash of [
    '',
    '#',
    '#/nowhere',
    '#/document',
    '#/document/',
    '#/document/..%2Fx',
    `#/document/${'a'.repeat(65)}`,
  ])
    assert.deepEqual(parseRoute(hash), { name: 'inbox' }, hash)
})
