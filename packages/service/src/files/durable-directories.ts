import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SharedFlushes } from './shared-flushes.ts'

/** Directories below a root whose own entries are on the disk. */
export interface DurableDirectories {
  /** Makes the directory where it is absent. Resolves when it would be there after a power cut. */
  ensure(path: string): Promise<void>
  /** Has `ensure` look again: somebody removed it. */
  forget(path: string): void
}

/** Paths that are remembered; beyond them a directory is flushed again, which costs time alone. */
const mostRemembered = 1000

/**
 * That a directory exists says nothing about its entry: another writer, of this process or another, may have made it just
 * now. So each is flushed once by every process, and whoever comes meanwhile waits for that.
 */
export function createDurableDirectories(root: string, flushes: SharedFlushes): DurableDirectories {
  const known = new Map<string, Promise<void>>([[root, Promise.resolve()]])

  async function make(path: string): Promise<void> {
    await ensure(dirname(path))
    await mkdir(path, { mode: 0o700 }).catch((cause) => {
      if (cause.code !== 'EEXIST') throw cause
    })
    await flushes.flush(dirname(path))
  }

  function ensure(path: string): Promise<void> {
    const found = known.get(path)
    if (found !== undefined) return found
    if (!path.startsWith(root)) throw new RangeError(`${path} is not below ${root}`)
    if (known.size >= mostRemembered) forgetOldest()
    const made = make(path)
    known.set(path, made)
    made.catch(() => known.delete(path))
    return made
  }

  function forgetOldest(): void {
    for (const path of known.keys()) {
      if (path === root) continue
      known.delete(path)
      return
    }
  }

  return {
    ensure,
    forget(path) {
      for (let each = path; each !== root && each.startsWith(root); each = dirname(each)) known.delete(each)
    },
  }
}
