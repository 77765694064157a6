/** The app, built from its sources at the first request, and kept for as long as these are the same. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { glob, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../../../..')
const builder = join(root, 'apps/mobile/build/build.ts')
/** Whatever may end up in the app. */
const sources = ['apps/mobile/{index.html,build/**,public/**,src/**}', 'packages/*/src/**', 'package-lock.json']

/** The folder with the built files. Throws with the builder's last words where it fails. */
export async function builtApp(): Promise<string> {
  const folder = join(root, 'node_modules/.cache/cloudsigner/app', await digestOfSources())
  if (existsSync(join(folder, 'index.html'))) return folder
  // Beside, then renamed: processes that build at once give the same, and the first to end wins.
  const beside = `${folder}.${process.pid}`
  await mkdir(beside, { recursive: true })
  try {
    await run(beside)
    await rename(beside, folder).catch((error) => {
      if (!existsSync(join(folder, 'index.html'))) throw error
    })
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
  return folder
}

async function digestOfSources(): Promise<string> {
  const digest = createHash('sha256')
  const paths: string[] = []
  for await (const path of glob(sources, { cwd: root, exclude: ['**/node_modules/**'] })) paths.push(path)
  for (const path of paths.sort()) {
    const content = await readFile(join(root, path)).catch(() => undefined)
    if (content !== undefined) digest.update(`${path}\0${content.length}\0`).update(content)
  }
  return digest.digest('hex').slice(0, 32)
}

/** In a process of its own: a bundler has no place in that of the services. */
function run(folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [builder, folder], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    const hear = (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-2000)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the app could not be built:\n${said}`))))
  })
}
