import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const MAX_GZIP_BYTES = 60 * 1024

test('the SDK bundles for browsers: nothing of Node in it, small on the wire', async (t) => {
  const entry = [`export * from ${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))}`]
  const result = await build({
    stdin: { contents: entry.join('\n'), resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'browser', // an import of node: does not resolve there, and fails the build
    format: 'esm',
    target: 'es2024',
  })
  const inputs = Object.keys(result.metafile.inputs)
  assert.deepEqual(
    inputs.filter((path) => path.includes('node_modules/') || path.endsWith('/node.ts')),
    [],
  )
  const code = result.outputFiles[0]?.contents ?? new Uint8Array()
  assert.doesNotMatch(new TextDecoder().decode(code), /\bBuffer\b|\bprocess\b|node:/)
  assert.ok(gzipSync(code).length <= MAX_GZIP_BYTES, `${gzipSync(code).length} bytes`)
  t.diagnostic(`${code.length} bytes, ${gzipSync(code).length} with gzip`)
})
