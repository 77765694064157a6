import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { flushDirectory } from './flush.ts'

/** Writes a new file and flushes it to the disk; throws EEXIST where there is one. */
export async function writeFileFlushed(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Replaces a file: a reader, or a start after a crash, sees the old content or the new one, whole. */
export async function writeFileAtomically(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}.${process.pid}.new`
  await rm(temporary, { force: true })
  try {
    await writeFileFlushed(temporary, content, mode)
    await rename(temporary, path)
    await flushDirectory(dirname(path))
  } finally {
    await rm(temporary, { force: true })
  }
}
