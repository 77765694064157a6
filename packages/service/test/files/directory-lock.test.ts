import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { lockDirectory } from '../../src/files/directory-lock.ts'

let parent = ''
before(async () => {
  parent = await mkdtemp(join(tmpdir(), 'cloudsigner-lock-'))
})
after(() => rm(parent, { recursive: true, force: true }))

const lockModule = join(import.meta.dirname, '..', '..', 'src', 'files', 'directory-lock.ts')

/** A process that takes the lock, says so, and lives until it is killed. */
async function holdInChild(directory: string) {
  const script = `
    const { lockDirectory } = await import(${JSON.stringify(lockModule)})
    const lock = await lockDirectory(${JSON.stringify(directory)})
    console.log(lock.acquired)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await once(child.stdout, 'data')
  return { child, acquired: String(said).trim() === 'true' }
}

test('a lock is held against this process and others, until it is released', async () => {
  const directory = join(parent, 'a')
  const lock = await lockDirectory(directory)
  assert.ok(lock.acquired)
  assert.deepEqual(await lockDirectory(directory), { acquired: false, holder: process.pid })
  const other = await holdInChild(directory)
  assert.equal(other.acquired, false)
  other.child.kill('SIGKILL')
  await lock.release()
  const again = await lockDirectory(directory)
  assert.ok(again.acquired)
  await again.release()
})

test('the lock of a killed process is stale', async () => {
  const directory = join(parent, 'b')
  const { child, acquired } = await holdInChild(directory)
  assert.ok(acquired)
  assert.deepEqual(await lockDirectory(directory), { acquired: false, holder: child.pid })
  child.kill('SIGKILL')
  await once(child, 'exit')
  const lock = await lockDirectory(directory)
  assert.ok(lock.acquired)
  await lock.release()
})

const strays = {
  'a pid that is used again by another process': (text: string) =>
    text.replace(/"startedAt":".*"/, '"startedAt":"boot:1"'),
  'an empty file, of a machine that lost power': () => '',
  'a file that is no lock': () => '{"pid":"x"}',
}
for (const [name, change] of Object.entries(strays))
  test(`stale: ${name}`, async () => {
    const directory = join(parent, 'c')
    const first = await lockDirectory(directory)
    await writeFile(`${directory}.lock`, change(await readFile(`${directory}.lock`, 'utf8')))
    const lock = await lockDirectory(directory)
    assert.ok(first.acquired && lock.acquired)
    await lock.release()
    assert.deepEqual(
      (await readdir(parent)).filter((each) => each.startsWith('c.')),
      [],
    )
  })
