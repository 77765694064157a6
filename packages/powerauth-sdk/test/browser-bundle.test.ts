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

test('4.0 bundles for browsers with the lattices in a file of their own, loaded where they are used', async (t) => {
  const result = await build({
    entryPoints: [join(import.meta.dirname, '../src/v4/index.ts')],
    bundle: true,
    splitting: true,
    outdir: 'bundle',
    minify: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2024',
  })
  const gzipped = (path: string) => {
    const file = result.outputFiles.find((each) => each.path.endsWith(path))
    return gzipSync(file?.contents ?? new Uint8Array()).length
  }
  const outputs = result.metafile.outputs
  const initial = new Set<string>()
  const visit = (path: string) => {
    if (initial.has(path)) return
    initial.add(path)
    for (const each of outputs[path]?.imports ?? []) if (each.kind === 'import-statement') visit(each.path)
  }
  visit('bundle/index.js')
  const loaded = [...initial].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}))
  assert.deepEqual(
    loaded.filter((path) => path.includes('@noble/post-quantum') || path.endsWith('/node.ts')),
    [],
  )
  const size = (paths: Iterable<string>) => [...paths].reduce((sum, path) => sum + gzipped(path), 0)
  const [first, all] = [size(initial), size(Object.keys(outputs))]
  assert.ok(first > 0 && first <= MAX_GZIP_BYTES, `${first} bytes`)
  assert.ok(all > first && all <= 2 * MAX_GZIP_BYTES, `${all} bytes`)
  t.diagnostic(`${first} bytes with gzip, ${all} with the lattices`)
})
