/** What of this package reaches a browser: 3.x without a dependency, 4.0 with hashes, the lattices only where asked for. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const src = join(import.meta.dirname, '../src')
const KIB = 1024

const bundles = [
  { what: '3.x', entries: ['index.ts'], maxBytes: 60 * KIB, packages: [] },
  {
    what: '3.x and 4.0 without lattices',
    entries: ['index.ts', 'v4/index.ts', 'web-v4.ts'],
    maxBytes: 60 * KIB,
    packages: ['@noble/hashes'],
  },
  {
    what: '3.x and 4.0 hybrid',
    entries: ['index.ts', 'v4/index.ts', 'web-v4.ts', 'post-quantum.ts'],
    maxBytes: 120 * KIB,
    packages: ['@noble/curves', '@noble/hashes', '@noble/post-quantum'],
  },
]

for (const { what, entries, maxBytes, packages } of bundles) {
  test(`${what} bundles for browsers: nothing of Node in it, small on the wire`, async (t) => {
    const lines = entries.map((entry, index) => `export * as part${index} from ${JSON.stringify(join(src, entry))}`)
    const result = await build({
      stdin: { contents: lines.join('\n'), resolveDir: import.meta.dirname },
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      platform: 'browser', // an import of node: does not resolve there, and fails the build
      format: 'esm',
      target: 'es2024',
    })
    const inputs = Object.keys(result.metafile.inputs)
    const used = new Set(inputs.flatMap((path) => /node_modules\/(@[^/]+\/[^/]+|[^/]+)\//.exec(path)?.[1] ?? []))
    assert.deepEqual([...used].sort(), packages)
    assert.deepEqual(
      inputs.filter((path) => /\/src\/node(\.ts|\/)/.test(path)),
      [],
    )
    const code = result.outputFiles[0]?.contents ?? new Uint8Array()
    assert.doesNotMatch(new TextDecoder().decode(code), /\bBuffer\b|node:/)
    assert.ok(gzipSync(code).length <= maxBytes, `${gzipSync(code).length} bytes`)
    t.diagnostic(`${code.length} bytes, ${gzipSync(code).length} with gzip`)
  })
}
