/** Flushes that many callers may wait for together. */
export interface SharedFlushes {
  /** Resolves once a flush of `path` has ended that began after this call: it covers what the caller did before. */
  flush(path: string): Promise<void>
}

interface Flushing {
  readonly running: Promise<void>
  /** Begins when `running` has ended; for all who asked meanwhile. */
  next: Promise<void> | undefined
}

/** One that is under way may have begun too early for a caller, so callers share the one after it. */
export function createSharedFlushes(flushNow: (path: string) => Promise<void>): SharedFlushes {
  const paths = new Map<string, Flushing>()

  function begin(path: string): Promise<void> {
    const flushing: Flushing = { running: flushNow(path), next: undefined }
    paths.set(path, flushing)
    const ended = () => {
      if (flushing.next === undefined) paths.delete(path)
    }
    flushing.running.then(ended, ended)
    return flushing.running
  }

  return {
    flush(path) {
      const flushing = paths.get(path)
      if (flushing === undefined) return begin(path)
      const again = () => begin(path)
      flushing.next ??= flushing.running.then(again, again)
      return flushing.next
    },
  }
}
