import assert from 'node:assert/strict'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { blobSource, bytesSource, type PdfSource, readPieces, segmentsSource } from '@cloudsigner/pdf'
import { type FileSource, fileSource } from '@cloudsigner/pdf/node'
import fc from 'fast-check'

const mebibyte = 1024 * 1024
const content = new Uint8Array(2.5 * mebibyte).map((_, index) => (index * 2_654_435_761) >>> 24)

let directory: string
let file: FileSource
let sources: Readonly<Record<string, PdfSource>>
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pdf-source-'))
  await writeFile(join(directory, 'content'), content)
  file = await fileSource(join(directory, 'content'))
  const part = (start: number, end?: number) => bytesSource(content.subarray(start, end))
  sources = {
    bytes: bytesSource(content),
    blob: blobSource(new Blob([content])),
    file,
    segments: segmentsSource([part(0, 10), part(10, 11), part(11, 11), part(11)]),
    'file and segment': segmentsSource([file, bytesSource(new Uint8Array())]),
    'segment and file': segmentsSource([part(0, 7), shifted(file, 7)]),
  }
})
after(async () => {
  await file.close()
  await rm(directory, { recursive: true })
})

/** A source without its first bytes. */
function shifted(source: PdfSource, by: number): PdfSource {
  return {
    size: source.size - by,
    read: (offset, length) => source.read(offset + by, length),
    readInto: async (offset, target) => source.readInto?.(offset + by, target),
  }
}

async function pieces(source: PdfSource, offset: number, length: number): Promise<readonly Uint8Array[]> {
  const found: Uint8Array[] = []
  for await (const piece of readPieces(source, offset, length)) found.push(piece.slice())
  return found
}

test('sources give the same bytes, and refuse what lies outside', async () => {
  const end = content.length
  for (const [name, source] of Object.entries(sources)) {
    assert.equal(source.size, end, name)
    assert.deepEqual(await source.read(5, 20), content.subarray(5, 25), name)
    assert.deepEqual(await source.read(0, 0), new Uint8Array(), name)
    const outside = { code: 'source_truncated', offset: end - 1 }
    await assert.rejects(source.read(end - 1, 2), outside, name)
    await assert.rejects(pieces(source, end - 1, 2), outside, name)
    if (source.readInto) await assert.rejects(source.readInto(end - 1, new Uint8Array(2)), outside, name)
    await assert.rejects(source.read(-1, 2), { code: 'source_truncated' }, name)
  }
})

test('pieces are all of the range, none longer than 1 MiB', async () => {
  const end = content.length
  const range = fc
    .tuple(fc.nat(end), fc.nat(end))
    .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const)
  for (const [name, source] of Object.entries(sources)) {
    await fc.assert(
      fc.asyncProperty(range, async ([from, to]) => {
        const found = await pieces(source, from, to - from)
        assert.ok(found.every((piece) => piece.length > 0 && piece.length <= mebibyte))
        assert.ok(Buffer.concat(found).equals(content.subarray(from, to)), name)
      }),
      { numRuns: 10, examples: [[[0, end]], [[mebibyte, mebibyte]], [[3, 3 + 2 * mebibyte]]] },
    )
  }
})

test('the pieces of a file are one memory, those of bytes are views', async () => {
  const memoryOf = async (source: PdfSource) => {
    const memories = new Set<ArrayBufferLike>()
    for await (const piece of readPieces(source, 0, source.size)) memories.add(piece.buffer)
    return memories
  }
  assert.equal((await memoryOf(file)).size, 1)
  assert.deepEqual(await memoryOf(bytesSource(content)), new Set([content.buffer]))
})

test('a file that was cut while it is read is refused', async () => {
  const path = join(directory, 'cut')
  await writeFile(path, content)
  const cut = await fileSource(path)
  try {
    await truncate(path, 100)
    await assert.rejects(cut.read(90, 20), { code: 'source_truncated', offset: 100 })
  } finally {
    await cut.close()
  }
})
