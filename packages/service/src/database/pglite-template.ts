import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'

const packageDirectory = dirname(dirname(fileURLToPath(import.meta.resolve('@electric-sql/pglite'))))

/** Where templates are kept when nobody says: beside the package they belong to, as build caches are. */
export const defaultCacheDirectory = join(dirname(dirname(packageDirectory)), '.cache', 'cloudsigner')

/**
 * Makes `target` (absent until now) a fresh database directory: a copy of the template, which costs 0.1 s where `initdb`
 * costs 4 s of CPU. The template is made at the first call and kept in `cacheDirectory` by PGlite's version.
 */
export async function copyTemplate(target: string, cacheDirectory = defaultCacheDirectory): Promise<void> {
  const template = join(cacheDirectory, `pglite-${await pgliteVersion()}`)
  if (!(await isDirectory(template))) {
    const made = await makeTemplate(template)
    if (made !== template) {
      await rename(made, target)
      return
    }
  }
  await cp(template, target, { recursive: true })
}

/** Runs initdb beside the template's place and renames; resolves with where the directory came to lie. */
async function makeTemplate(template: string): Promise<string> {
  await mkdir(dirname(template), { recursive: true })
  const fresh = await mkdtemp(`${template}.making-`)
  try {
    const pglite = await PGlite.create(fresh)
    await pglite.exec('checkpoint')
    await pglite.close()
    await rename(fresh, template)
    return template
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    // Another process was faster: its template is as good.
    if (await isDirectory(template)) return template
    throw error
  }
}

async function pgliteVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packageDirectory, 'package.json'), 'utf8'))
  return String(version)
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
