import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { encryptedFileStorage } from '../src/node.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloudsigner-storage-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const state = new TextEncoder().encode('the state of an activation')

test('what is saved is loaded, by the same secret in another process', async () => {
  const path = join(folder, 'round-trip')
  const storage = encryptedFileStorage(path, 'secret')
  assert.equal(await storage.load(), undefined)
  await storage.save(state)
  await storage.save(state.with(0, 65))
  assert.deepEqual(new Uint8Array((await encryptedFileStorage(path, 'secret').load()) ?? []), state.with(0, 65))
  await storage.clear()
  assert.equal(await storage.load(), undefined)
  await storage.clear()
})

test('the file is sealed, private, and nothing is left beside it', async () => {
  const path = join(folder, 'private')
  await encryptedFileStorage(path, 'secret').save(state)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.equal((await readFile(path)).includes('activation'), false)
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('private')),
    ['private'],
  )
})

test('no bit of the file may change, and no other secret opens it', async () => {
  const path = join(folder, 'tampered')
  await encryptedFileStorage(path, 'secret').save(state)
  await assert.rejects(encryptedFileStorage(path, 'other').load(), { code: 'storage_unreadable' })
  const sealed = await readFile(path)
  for (const index of [0, 4, 6, 22, 34, sealed.length - 20, sealed.length - 1]) {
    await writeFile(path, sealed.with(index, (sealed[index] ?? 0) ^ 1))
    await assert.rejects(encryptedFileStorage(path, 'secret').load(), { code: 'storage_unreadable' }, `byte ${index}`)
  }
  for (const length of [0, 5, 40, sealed.length - 1]) {
    await writeFile(path, sealed.subarray(0, length))
    await assert.rejects(
      encryptedFileStorage(path, 'secret').load(),
      { code: 'storage_unreadable' },
      `length ${length}`,
    )
  }
})
