import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hazardsOf } from '../src/reader/find-hazards.ts'

test("a signature's own widget, and a note, are no hazard", () => {
  assert.deepEqual(hazardsOf({ subtype: 'Widget', fieldType: 'Sig', actions: new Map() }), [])
  assert.deepEqual(hazardsOf({ subtype: 'Text', actions: null }), [])
})

test('what does something, hides something or can be changed is named', () => {
  assert.deepEqual(hazardsOf({ subtype: 'Link', url: 'https://example.com' }), ['action'])
  assert.deepEqual(hazardsOf({ subtype: 'Link', unsafeUrl: 'file:///x' }), ['action'])
  assert.deepEqual(hazardsOf({ subtype: 'FileAttachment' }), ['attachment'])
  assert.deepEqual(hazardsOf({ subtype: 'Widget', fieldType: 'Tx', actions: { Keystroke: ['x'] } }), ['form', 'script'])
  assert.deepEqual(hazardsOf({ subtype: 'RichMedia' }), ['external'])
})
