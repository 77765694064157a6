import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Makes a directory's entries survive a power cut; a platform that cannot open directories has no such call. */
export async function flushDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** Flushes every file and directory below a path, and the path. */
export async function flushTree(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const below = join(path, entry.name)
    if (entry.isDirectory()) await flushTree(below)
    else if (entry.isFile()) await flushFile(below)
  }
  await flushDirectory(path)
}

async function flushFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}
