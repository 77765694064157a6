import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  createSecretBox,
  loadOrCreateMasterKey,
  parseMasterKey,
  SecretBoxError,
  systemRandom,
} from '../../src/index.ts'

const box = createSecretBox(systemRandom(32), systemRandom)

test('what was sealed opens under the same identity, and only under it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), fc.string(), (plaintext, identity, other) => {
      const sealed = box.seal(plaintext, identity)
      assert.deepEqual(box.open(sealed, identity), plaintext)
      if (other !== identity) assert.throws(() => box.open(sealed, other), SecretBoxError)
    }),
  )
})

test('a sealed value with any bit changed, or cut, does not open', () => {
  const sealed = box.seal(new TextEncoder().encode('private key'), 'ca.key:1')
  fc.assert(
    fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
      const changed = Uint8Array.from(sealed)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.throws(() => box.open(changed, 'ca.key:1'), SecretBoxError)
    }),
  )
  for (let length = 0; length < sealed.length; length += 1)
    assert.throws(() => box.open(sealed.subarray(0, length), 'ca.key:1'), SecretBoxError)
})

test('another master key is told from damage', () => {
  const other = createSecretBox(systemRandom(32), systemRandom)
  assert.throws(() => other.open(box.seal(Uint8Array.of(1), 'x'), 'x'), /another master key/)
})

test('the same plaintext is sealed differently each time, and is not in what is sealed', () => {
  const plaintext = systemRandom(32)
  const [first, second] = [box.seal(plaintext, 'x'), box.seal(plaintext, 'x')]
  assert.notDeepEqual(first, second)
  assert.ok(!Buffer.from(first).includes(plaintext))
})

test('a master key of the wrong length is refused', () => {
  assert.throws(() => createSecretBox(new Uint8Array(16), systemRandom), SecretBoxError)
  for (const text of ['', 'AAAA', `${Buffer.alloc(32).toString('base64')}AAAA`, Buffer.alloc(32).toString('hex')])
    assert.throws(() => parseMasterKey(text, 'CLOUDSIGNER_MASTER_KEY'), /CLOUDSIGNER_MASTER_KEY is not a master key/)
})

test('the master key file is made once, for its owner alone, and is the same for all who start at once', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cloudsigner-key-'))
  const path = join(directory, 'master.key')
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateMasterKey(path, systemRandom)))
  for (const key of keys) assert.deepEqual(key, keys[0])
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.deepEqual(parseMasterKey(await readFile(path, 'utf8'), path), keys[0])
  await chmod(path, 0o640)
  await assert.rejects(loadOrCreateMasterKey(path, systemRandom), /may be read by others/)
  await chmod(path, 0o600)
  await writeFile(path, 'nonsense')
  await assert.rejects(loadOrCreateMasterKey(path, systemRandom), /is not a master key/)
  await rm(directory, { recursive: true })
})
