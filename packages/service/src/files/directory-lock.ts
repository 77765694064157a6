import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'

/** What a lock file says: who holds it. A pid alone is not enough, since pids are used again. */
interface Holder {
  readonly pid: number
  readonly startedAt: string
}

export type DirectoryLock =
  | { readonly acquired: true; release(): Promise<void> }
  | { readonly acquired: false; readonly holder: number }

/**
 * Takes `<directory>.lock` for this process. A lock whose holder no longer lives (killed, or the machine went down) is
 * stale and is taken over.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = `${directory}.lock`
  const mine: Holder = { pid: process.pid, startedAt: await startOf(process.pid) }
  const temporary = `${path}.${process.pid}`
  await writeFile(temporary, JSON.stringify(mine))
  try {
    for (;;) {
      if (await linked(temporary, path)) return { acquired: true, release: () => rm(path, { force: true }) }
      const text = await readFile(path, 'utf8').catch(() => undefined)
      if (text === undefined) continue
      const holder = parseHolder(text)
      if (holder !== undefined && (await lives(holder))) return { acquired: false, holder: holder.pid }
      await removeStale(path, text)
    }
  } finally {
    await rm(temporary, { force: true })
  }
}

/** link(2) refuses a name that is taken, so one of several processes wins. */
async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error) => {
      if (error.code === 'EEXIST') return false
      throw error
    },
  )
}

/** Removes the lock that was found stale, and not one that another process put in its place meanwhile. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.stale-${process.pid}`
  try {
    await rename(path, aside)
    if ((await readFile(aside, 'utf8')) !== stale) await linked(aside, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  } finally {
    await rm(aside, { force: true })
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, startedAt } = JSON.parse(text)
    return Number.isInteger(pid) && pid > 0 ? { pid, startedAt: String(startedAt) } : undefined
  } catch {
    return undefined
  }
}

async function lives(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
  }
  return (await startOf(holder.pid)) === holder.startedAt
}

/** When a process started, in the kernel's ticks since boot, with the boot's id; '' where the platform does not say. */
async function startOf(pid: number): Promise<string> {
  try {
    const [status, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ])
    // The second field is the command in brackets and may hold spaces; starttime is the 22nd (proc(5)).
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
    return `${boot.trim()}:${fields[19]}`
  } catch {
    return ''
  }
}
