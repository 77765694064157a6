/** What a phone loads before a document is opened: all of the shell, compressed as the front sends it. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { builtApp } from '../../apps/cli/src/up/app-front/built-app.ts'

const MAX_BYTES = 250 * 1024

test('the shell is small, and pdf.js is no part of it', async (t) => {
  const folder = await builtApp()
  const page = await readFile(join(folder, 'index.html'), 'utf8')
  const files = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path)
  assert.ok(files.some((file) => file.endsWith('.js')) && files.some((file) => file.endsWith('.css')))
  let bytes = gzipSync(page).length
  for (const file of files) {
    const content = await readFile(join(folder, file))
    bytes += gzipSync(content).length
    assert.ok(!content.includes('PDFWorker'), file)
  }
  t.diagnostic(`${bytes} bytes`)
  assert.ok(bytes <= MAX_BYTES, `${bytes} bytes`)
})

test('nothing of Node, and no eval, is in it', async () => {
  const folder = await builtApp()
  const page = await readFile(join(folder, 'index.html'), 'utf8')
  const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(page) ?? []
  const code = await readFile(join(folder, script), 'utf8')
  assert.doesNotMatch(code, /\bnode:|\beval\(|new Function\(/)
  assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/)
})
