/** What a page loads: the room and its crypto as one bundle, without Node's, signing and validating a Blob. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { build, type OutputFile } from 'esbuild'
import { pki } from './sign/signing.ts'

type Bundle = typeof import('@cloudsigner/pades') & typeof import('@cloudsigner/pki/browser')

const MAX_GZIP_BYTES = 88 * 1024

const example = join(import.meta.dirname, '../../../examples/consumer-loan.pdf')

let inputs: readonly string[]
let code: OutputFile
let bundle: Bundle
before(async () => {
  const result = await build({
    stdin: {
      contents: "export * from '@cloudsigner/pades'\nexport * from '@cloudsigner/pki/browser'",
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'browser', // an import of node: does not resolve there, and fails the build
    format: 'esm',
    target: 'es2024',
  })
  inputs = Object.keys(result.metafile.inputs)
  const [output] = result.outputFiles
  assert.ok(output)
  code = output
  bundle = await import(`data:text/javascript;base64,${Buffer.from(code.contents).toString('base64')}`)
})

test('nothing of Node, and of others @noble/hashes alone', (t) => {
  const foreign = inputs.filter((path) => path.includes('node_modules/') || path.endsWith('/node.ts'))
  assert.ok(foreign.length > 0)
  assert.deepEqual(
    foreign.filter((path) => !path.includes('node_modules/@noble/hashes/')),
    [],
  )
  assert.doesNotMatch(code.text, /\bBuffer\b|\bprocess\.|node:/)
  const size = gzipSync(code.contents).length
  assert.ok(size <= MAX_GZIP_BYTES, `${size} bytes`)
  t.diagnostic(`${code.contents.length} bytes, ${size} with gzip`)
})

test('signs a Blob and validates the result, with the platform alone', async () => {
  const { blobSource, browserCrypto, embedSignature, prepareSignature, validateSignatures } = bundle
  const crypto = browserCrypto(globalThis.crypto)
  const original = new Blob([await readFile(example)])
  const { plan, signedAttributes } = await prepareSignature(blobSource(original), {
    certificate: pki.certificate,
    chain: [pki.issuing],
    signingTime: new Date('2026-11-25T10:11:12Z'),
    crypto,
  })
  const segment = await embedSignature(plan, await pki.signer.sign(signedAttributes), { crypto })
  const signed = new Blob([original, new Uint8Array(segment)])
  const options = {
    trustAnchors: [pki.root],
    at: new Date('2026-11-26T00:00:00Z'),
    revocation: 'off',
    crypto,
  } as const
  const [report] = (await validateSignatures(blobSource(signed), options)).signatures
  assert.ok(report)
  assert.deepEqual([report.indication, report.coverage, report.intact], ['TOTAL_PASSED', 'ENTIRE_FILE', true])

  const bytes = new Uint8Array(await signed.arrayBuffer())
  bytes[2000] = (bytes[2000] ?? 0) ^ 1
  const [tampered] = (await validateSignatures(blobSource(new Blob([bytes])), options)).signatures
  assert.deepEqual([tampered?.indication, tampered?.subIndication], ['TOTAL_FAILED', 'HASH_FAILURE'])
})
