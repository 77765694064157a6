import { stat } from 'node:fs/promises'
import { readOrCreateFile } from '../files/create-once.ts'
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
  const make = () => `${Buffer.from(random(masterKeyLength)).toString('base64')}\n`
  const text = await readOrCreateFile(path, 0o600, make)
  const { mode } = await stat(path)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new SecretBoxError(`the master key ${path} may be read by others: make its mode 0600`)
  return parseMasterKey(text, path)
}
