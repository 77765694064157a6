import { link, readFile, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { flushDirectory } from '../files/flush.ts'
import { writeFileFlushed } from '../files/write-atomically.ts'
import type { Random } from '../random.ts'
import { masterKeyLength, SecretBoxError } from './secret-box.ts'

/** The Base64 form of a master key, as environments and files carry it. */
export function parseMasterKey(text: string, source: string): Uint8Array {
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length !== masterKeyLength || key.toString('base64') !== text.trim())
    throw new SecretBoxError(`${source} is not a master key: ${masterKeyLength} bytes in Base64 were expected`)
  return new Uint8Array(key)
}

/**
 * The master key kept in a file that only its owner may read; made at the first call. Losing the file loses every
 * secret sealed with it.
 */
export async function loadOrCreateMasterKey(path: string, random: Random): Promise<Uint8Array> {
  const existing = await readKey(path)
  if (existing !== undefined) return existing
  const temporary = `${path}.${Buffer.from(random(8)).toString('hex')}`
  try {
    await writeFileFlushed(temporary, `${Buffer.from(random(masterKeyLength)).toString('base64')}\n`, 0o600)
    // link(2) refuses a name that is taken: of two processes that start at once, one key wins and both read it.
    await link(temporary, path).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
    await flushDirectory(dirname(path))
  } finally {
    await rm(temporary, { force: true })
  }
  const made = await readKey(path)
  if (made === undefined) throw new SecretBoxError(`the master key ${path} vanished while it was made`)
  return made
}

async function readKey(path: string): Promise<Uint8Array | undefined> {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const { mode } = await stat(path)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new SecretBoxError(`the master key ${path} may be read by others: make its mode 0600`)
  return parseMasterKey(text, path)
}
