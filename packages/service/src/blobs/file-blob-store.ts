import { constants } from 'node:fs'
import { access, type FileHandle, link, mkdir, open, readdir, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { createDurableDirectories, type DurableDirectories } from '../files/durable-directories.ts'
import { flushDirectory } from '../files/flush.ts'
import { createSharedFlushes } from '../files/shared-flushes.ts'
import type { Random } from '../random.ts'
import { BlobError, type BlobStore, blobNameSegments } from './blob-store.ts'

const pieceLength = 256 * 1024
/** Unfinished writes lie here, under a name that no blob can have. */
const unfinished = '.unfinished'
const abandonedAfter = 24 * 3600 * 1000

/**
 * Blobs as files below a directory. A blob is written to a temporary file, flushed to the disk, linked to its name (which
 * fails where the name is taken) and its directory flushed: after a crash it is there whole or not at all.
 * Replicas may share the directory. What a killed process left unfinished is removed on opening, a day later.
 */
export async function openFileBlobStore(directory: string, random: Random): Promise<BlobStore> {
  const scratch = join(directory, unfinished)
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  await removeAbandoned(scratch)
  const pathOf = (name: string) => resolve(directory, ...blobNameSegments(name))
  const flushes = createSharedFlushes(flushDirectory)
  const directories = createDurableDirectories(resolve(directory), flushes)

  return {
    async write(name, content) {
      const path = pathOf(name)
      const temporary = join(scratch, Buffer.from(random(16)).toString('hex'))
      try {
        const size = await writeFlushed(temporary, content)
        await linkOnce(temporary, path, directories).catch((cause) => {
          throw asBlobError(cause, name)
        })
        await flushes.flush(dirname(path))
        return { size }
      } finally {
        await unlink(temporary).catch(unlessAbsent)
      }
    },
    async read(name, offset, length) {
      const file = await openForReading(pathOf(name), name)
      try {
        return await readExactly(file, name, offset, length)
      } finally {
        await file.close()
      }
    },
    async *stream(name, offset, length) {
      const file = await openForReading(pathOf(name), name)
      try {
        for (let done = 0; done < length; done += pieceLength)
          yield await readExactly(file, name, offset + done, Math.min(pieceLength, length - done))
      } finally {
        await file.close()
      }
    },
    async size(name) {
      try {
        return (await stat(pathOf(name))).size
      } catch (cause) {
        throw asBlobError(cause, name)
      }
    },
    async exists(name) {
      return access(pathOf(name), constants.F_OK).then(
        () => true,
        () => false,
      )
    },
    async delete(name) {
      await rm(pathOf(name), { force: true })
    },
    async *list(prefix) {
      const below = prefix === '' ? directory : join(directory, ...blobNameSegments(prefix.replace(/\/$/, '')))
      const entries = await readdir(below, { recursive: true, withFileTypes: true }).catch(() => [])
      for (const entry of entries) {
        if (!entry.isFile() || entry.parentPath.startsWith(scratch)) continue
        yield relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/')
      }
    },
  }
}

/** No write takes a day: what is older was abandoned. Times are the file system's own, by a file made now. */
async function removeAbandoned(scratch: string): Promise<void> {
  const { mtimeMs: now } = await stat(scratch)
  for (const name of await readdir(scratch)) {
    const path = join(scratch, name)
    const found = await stat(path).catch(() => undefined)
    if (found && found.mtimeMs < now - abandonedAfter) await rm(path, { force: true })
  }
}

/** Small pieces are gathered, so that writing them takes one call. */
const gatheredBytes = 256 * 1024

async function writeFlushed(path: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number> {
  const file = await open(path, 'wx', 0o600)
  try {
    let size = 0
    let gathered: Uint8Array[] = []
    let gatheredSize = 0
    for await (const piece of content) {
      gathered.push(piece)
      gatheredSize += piece.length
      size += piece.length
      if (gatheredSize < gatheredBytes) continue
      await writeAll(file, gathered)
      gathered = []
      gatheredSize = 0
    }
    await writeAll(file, gathered)
    await file.datasync()
    return size
  } finally {
    await file.close()
  }
}

async function writeAll(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  let left = pieces.filter((piece) => piece.length > 0)
  while (left.length > 0) {
    let { bytesWritten } = await file.writev(left)
    left = left.flatMap((piece) => {
      const skipped = Math.min(bytesWritten, piece.length)
      bytesWritten -= skipped
      return skipped === piece.length ? [] : [piece.subarray(skipped)]
    })
  }
}

/** Unlike rename(2), link(2) does not replace: two writers of one name cannot both succeed. */
async function linkOnce(from: string, to: string, directories: DurableDirectories): Promise<void> {
  await directories.ensure(dirname(to))
  await link(from, to).catch(async (cause) => {
    if (cause.code !== 'ENOENT') throw cause
    directories.forget(dirname(to))
    await directories.ensure(dirname(to))
    await link(from, to)
  })
}

function unlessAbsent(cause: NodeJS.ErrnoException): void {
  if (cause.code !== 'ENOENT') throw cause
}

async function openForReading(path: string, name: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (cause) {
    throw asBlobError(cause, name)
  }
}

async function readExactly(file: FileHandle, name: string, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done)
    if (bytesRead === 0) throw new BlobError('truncated', `blob ${name} ends before byte ${offset + length}`)
    done += bytesRead
  }
  return bytes
}

function asBlobError(cause: unknown, name: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOENT') return new BlobError('not_found', `there is no blob ${name}`, { cause })
  if (code === 'EEXIST') return new BlobError('exists', `blob ${name} was written already`, { cause })
  return cause
}
