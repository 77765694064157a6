/** Reads the repository's sources and manifests from the disk. */
import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Manifest, SourceFile, Tree } from './rooms.ts'

export const repositoryRoot = dirname(import.meta.dirname)

const workspaces = '{packages/*,services/*,apps/*,testing}'

/** Files that match, from the repository's root, sorted. */
export async function filesMatching(pattern: string): Promise<string[]> {
  const found: string[] = []
  for await (const file of glob(pattern, { cwd: repositoryRoot })) found.push(file.replaceAll('\\', '/'))
  return found.filter((file) => !file.includes('node_modules')).sort()
}

export function readText(path: string): Promise<string> {
  return readFile(join(repositoryRoot, path), 'utf8')
}

export async function readTree(): Promise<Tree> {
  const paths = await filesMatching(`${workspaces}/{src,bin,test,examples,bench}/**/*.{ts,tsx,js,mjs}`)
  const files: SourceFile[] = await Promise.all(paths.map(async (path) => ({ path, text: await readText(path) })))
  const manifests = new Map<string, Manifest>([['', JSON.parse(await readText('package.json'))]])
  for (const path of await filesMatching(`${workspaces}/package.json`))
    manifests.set(dirname(path), JSON.parse(await readText(path)))
  return { files, manifests }
}
