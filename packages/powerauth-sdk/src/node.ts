/** The state of an activation in an encrypted file: scrypt (RFC 7914) makes the key, AES-256-GCM seals. */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PowerAuthError } from './power-auth-error.ts'
import type { StateStorage } from './state-storage.ts'

const MAGIC = Buffer.from('CSPA\x01', 'latin1')
const SALT = 16
const NONCE = 12
const TAG = 16
const HEADER = MAGIC.length + SALT + NONCE
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } // 32 MiB, about 0.1 s

/**
 * `secret` is a passphrase, or the bytes of a key file. The file is replaced whole: written beside, synced, renamed,
 * so that a crash leaves the old state or the new. Readable by its owner only.
 */
export function encryptedFileStorage(path: string, secret: string | Uint8Array): StateStorage {
  let known: { salt: Buffer; key: Buffer } | undefined
  const keyOf = (salt: Buffer) => {
    if (known === undefined || !known.salt.equals(salt)) known = { salt, key: scryptSync(secret, salt, 32, COST) }
    return known.key
  }
  return {
    async load() {
      const file = await readIfPresent(path)
      if (file === undefined) return undefined
      if (file.length < HEADER + TAG || !file.subarray(0, MAGIC.length).equals(MAGIC)) throw unreadable()
      const key = keyOf(Buffer.from(file.subarray(MAGIC.length, MAGIC.length + SALT)))
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, file.subarray(HEADER - NONCE, HEADER))
        decipher.setAAD(file.subarray(0, HEADER)).setAuthTag(file.subarray(-TAG))
        return Buffer.concat([decipher.update(file.subarray(HEADER, -TAG)), decipher.final()])
      } catch (cause) {
        throw unreadable(cause)
      }
    },
    async save(state) {
      const salt = known?.salt ?? randomBytes(SALT)
      const nonce = randomBytes(NONCE)
      const header = Buffer.concat([MAGIC, salt, nonce])
      const cipher = createCipheriv('aes-256-gcm', keyOf(salt), nonce).setAAD(header)
      const sealed = [header, cipher.update(state), cipher.final()]
      await replace(path, Buffer.concat([...sealed, cipher.getAuthTag()]))
    },
    clear: () => rm(path, { force: true }),
  }
}

async function replace(path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  const directory = await open(dirname(path), 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function unreadable(cause?: unknown): PowerAuthError {
  return new PowerAuthError('storage_unreadable', 'The state file does not open: wrong password, or no state file', {
    cause,
  })
}
