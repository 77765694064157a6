import { randomBytes } from 'node:crypto'
import { link, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { flushDirectory } from './flush.ts'
import { writeFileFlushed } from './write-atomically.ts'

/** The file's text, or undefined where there is none. */
export async function findFile(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

/**
 * The text of a file that is made at the first call and never changed: of several processes that start at once one makes
 * it, and all get its text.
 */
export async function readOrCreateFile(
  path: string,
  mode: number,
  make: () => string | Promise<string>,
): Promise<string> {
  const existing = await findFile(path)
  if (existing !== undefined) return existing
  const temporary = `${path}.${randomBytes(8).toString('hex')}`
  try {
    await writeFileFlushed(temporary, await make(), mode)
    // link(2), unlike rename(2), refuses a name that is taken.
    await link(temporary, path).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
    await flushDirectory(dirname(path))
  } finally {
    await rm(temporary, { force: true })
  }
  return readFile(path, 'utf8')
}
