import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { BlobError, type BlobStore, openFileBlobStore, systemRandom } from '../../src/index.ts'

let directory = ''
let blobs: BlobStore
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cloudsigner-blobs-'))
  blobs = await openFileBlobStore(directory, systemRandom)
})
after(() => rm(directory, { recursive: true, force: true }))

const bytes = systemRandom(1_000_000)
const pieces = [bytes.subarray(0, 10), bytes.subarray(10, 700_000), bytes.subarray(700_000)]

const failsWith = (code: BlobError['code']) => (error: unknown) => error instanceof BlobError && error.code === code

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of stream) all.push(piece)
  return Buffer.concat(all)
}

test('a blob is read whole, by range and in pieces', async () => {
  assert.deepEqual(await blobs.write('docs/1/original', pieces), { size: bytes.length })
  assert.equal(await blobs.size('docs/1/original'), bytes.length)
  assert.deepEqual(await blobs.read('docs/1/original', 0, bytes.length), bytes)
  assert.deepEqual(await blobs.read('docs/1/original', 699_990, 20), bytes.slice(699_990, 700_010))
  const streamed = await collect(blobs.stream('docs/1/original', 5, 900_000))
  assert.ok(streamed.equals(Buffer.from(bytes.buffer, 5, 900_000)))
  assert.equal((await blobs.read('docs/1/original', bytes.length, 0)).length, 0)
})

test('a name is written once', async () => {
  await blobs.write('once', [Uint8Array.of(1)])
  await assert.rejects(blobs.write('once', [Uint8Array.of(2)]), failsWith('exists'))
  assert.deepEqual(await blobs.read('once', 0, 1), Uint8Array.of(1))
  const both = await Promise.allSettled([blobs.write('race', pieces), blobs.write('race', pieces)])
  assert.deepEqual(both.map((each) => each.status).sort(), ['fulfilled', 'rejected'])
})

test('a write that fails leaves nothing', async () => {
  async function* broken() {
    yield bytes
    throw new Error('the upload was cut')
  }
  await assert.rejects(blobs.write('cut', broken()), /the upload was cut/)
  assert.equal(await blobs.exists('cut'), false)
  assert.deepEqual(await readdir(join(directory, '.unfinished')), [])
})

test('reading what is not there, or beyond the end, fails', async () => {
  await blobs.write('short', [Uint8Array.of(1, 2, 3)])
  await assert.rejects(blobs.read('absent', 0, 1), failsWith('not_found'))
  await assert.rejects(blobs.size('absent'), failsWith('not_found'))
  await assert.rejects(collect(blobs.stream('absent', 0, 1)), failsWith('not_found'))
  await assert.rejects(blobs.read('short', 1, 3), failsWith('truncated'))
  await assert.rejects(collect(blobs.stream('short', 0, 4)), failsWith('truncated'))
})

test('deletion can be repeated, and frees nothing else', async () => {
  await blobs.write('bin/a', [])
  await blobs.write('bin/b', [])
  await blobs.delete('bin/a')
  await blobs.delete('bin/a')
  assert.equal(await blobs.exists('bin/a'), false)
  assert.equal(await blobs.exists('bin/b'), true)
  assert.deepEqual(await Array.fromAsync(blobs.list('bin/')), ['bin/b'])
})

test('a list names every blob and nothing unfinished', async () => {
  const all = await Array.fromAsync(blobs.list(''))
  assert.ok(all.includes('docs/1/original') && all.includes('once'))
  assert.ok(!all.some((name) => name.includes('unfinished')))
  assert.deepEqual(await Array.fromAsync(blobs.list('none/')), [])
})

for (const name of [
  '',
  '/',
  '../x',
  'a/../b',
  'a//b',
  '.unfinished/x',
  'A',
  'a b',
  'a\0',
  '/etc/passwd',
  'x/'.repeat(9),
])
  test(`refused as a name: ${JSON.stringify(name)}`, async () => {
    await assert.rejects(blobs.write(name, []), failsWith('invalid_name'))
    await assert.rejects(blobs.read(name, 0, 0), failsWith('invalid_name'))
  })

test('what a killed process left unfinished is removed, what another is writing is not', async () => {
  const other = await mkdtemp(join(tmpdir(), 'cloudsigner-blobs-'))
  await mkdir(join(other, '.unfinished'))
  await writeFile(join(other, '.unfinished', 'old'), 'half')
  await writeFile(join(other, '.unfinished', 'new'), 'half')
  const longAgo = new Date(Date.now() - 2 * 24 * 3600 * 1000)
  await utimes(join(other, '.unfinished', 'old'), longAgo, longAgo)
  await openFileBlobStore(other, systemRandom)
  assert.deepEqual(await readdir(join(other, '.unfinished')), ['new'])
  await rm(other, { recursive: true })
})
