import { closeSync, fsyncSync, openSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/** An open file of Emscripten's NODEFS: `nfd` is Node's descriptor, which a directory does not have. */
interface NodeStream {
  readonly nfd?: number
  readonly node: object
}

/** What of Emscripten's NODEFS is needed here; PGlite does not declare it. */
interface NodeFsModule {
  readonly NODEFS: {
    realPath(node: object): string
    stream_ops: { fsync?: (stream: NodeStream) => number }
  }
}

/**
 * PGlite's file system, with an fsync(2) that reaches the disk. Emscripten's has none, and PGlite starts PostgreSQL with
 * `fsync=off`: a killed process loses nothing by that, but a power cut may tear the database.
 */
export class DurableNodeFS extends NodeFS {
  override async init(...[pglite, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pglite, options)
    const preRun = [...(emscriptenOpts.preRun ?? []), (module: unknown) => installFsync(module as NodeFsModule)]
    return { emscriptenOpts: { ...emscriptenOpts, preRun } }
  }
}

/**
 * PGlite's parameters but `-F` (fsync=off), and WAL flushed by fsync: Emscripten's fdatasync, the default, is a call that
 * does nothing.
 */
export const durableStartParams: readonly string[] = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'wal_sync_method=fsync',
]

function installFsync({ NODEFS }: NodeFsModule): void {
  NODEFS.stream_ops.fsync = (stream) => {
    if (stream.nfd !== undefined) fsyncSync(stream.nfd)
    else if (process.platform !== 'win32') flushDirectory(NODEFS.realPath(stream.node))
    return 0
  }
}

function flushDirectory(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
