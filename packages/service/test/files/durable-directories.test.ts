import assert from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createDurableDirectories } from '../../src/files/durable-directories.ts'

let root = ''
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'cloudsigner-directories-'))
})
after(() => rm(root, { recursive: true, force: true }))

/** Notes what is flushed, and holds it until told. */
function recorder() {
  const flushed: string[] = []
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const flush = (path: string) => {
    flushed.push(path)
    return held
  }
  return { flushed, release, flushes: { flush } }
}

test('every ancestor is flushed, once, before anybody hears of the directory', async () => {
  const { flushed, release, flushes } = recorder()
  const directories = createDurableDirectories(root, flushes)
  const heard: string[] = []
  const first = directories.ensure(join(root, 'a', 'b')).then(() => heard.push('first'))
  const second = directories.ensure(join(root, 'a', 'b')).then(() => heard.push('second'))
  while (flushed.length === 0) await new Promise((resolve) => setImmediate(resolve))
  // The directory `a` is there already, and its entry is not yet on the disk.
  assert.ok((await stat(join(root, 'a'))).isDirectory())
  const third = directories.ensure(join(root, 'a')).then(() => heard.push('third'))
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(heard, [])
  release()
  await Promise.all([first, second, third])
  assert.deepEqual(flushed, [root, join(root, 'a')])
  await directories.ensure(join(root, 'a', 'b'))
  assert.equal(flushed.length, 2)
})

test('a directory that another process made is flushed by this one too', async () => {
  const { flushed, release, flushes } = recorder()
  release()
  await createDurableDirectories(root, flushes).ensure(join(root, 'shared'))
  await createDurableDirectories(root, flushes).ensure(join(root, 'shared'))
  assert.deepEqual(flushed, [root, root])
})

test('one that was removed is made again once it is forgotten', async () => {
  const { release, flushes } = recorder()
  release()
  const directories = createDurableDirectories(root, flushes)
  const path = join(root, 'removed', 'below')
  await directories.ensure(path)
  await rm(join(root, 'removed'), { recursive: true })
  directories.forget(path)
  await directories.ensure(path)
  assert.ok((await stat(path)).isDirectory())
})

test('what could not be made is tried again', async () => {
  const { release, flushes } = recorder()
  release()
  let broken = true
  const directories = createDurableDirectories(root, {
    flush: (path) => (broken ? Promise.reject(new Error('the disk is gone')) : flushes.flush(path)),
  })
  await assert.rejects(directories.ensure(join(root, 'again')), /the disk is gone/)
  broken = false
  await directories.ensure(join(root, 'again'))
})
