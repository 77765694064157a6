import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { errorPage, renderErrorPage } from './error-page.ts'
import { filesMatching, readText, readTree, repositoryRoot } from './tree.ts'

interface LockedPackage {
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly optional?: boolean
  /** Wanted by development, and by something that runs only if it is there. */
  readonly devOptional?: boolean
  readonly hasInstallScript?: boolean
}

/** What is wrong with a lockfile, as sentences. */
function lockfileFaults(packages: Readonly<Record<string, LockedPackage>>): string[] {
  const found: string[] = []
  for (const [path, locked] of Object.entries(packages)) {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue
    if (locked.resolved?.includes('://')) found.push(`${path} names an address: ${locked.resolved}`)
    if (!locked.link && !locked.integrity) found.push(`${path} has no integrity hash`)
    const spared = locked.dev || locked.optional || locked.devOptional
    if (locked.hasInstallScript && !spared) found.push(`${path} runs an install script`)
  }
  return found
}

test('the lockfile names no registry, hashes everything, and running needs no install script', async () => {
  const lock: { packages: Record<string, LockedPackage> } = JSON.parse(await readText('package-lock.json'))
  assert.ok(Object.keys(lock.packages).length > 50)
  assert.deepEqual(lockfileFaults(lock.packages), [])
})

test('planted lockfile faults are reported', () => {
  const faults = lockfileFaults({
    'node_modules/a': { integrity: 'sha512-x', resolved: 'https://registry.example/a.tgz' },
    'node_modules/b': { integrity: 'sha512-x', hasInstallScript: true },
    'node_modules/c': {},
    'node_modules/d': { integrity: 'sha512-x', hasInstallScript: true, dev: true },
  })
  assert.deepEqual(faults, [
    'node_modules/a names an address: https://registry.example/a.tgz',
    'node_modules/b runs an install script',
    'node_modules/c has no integrity hash',
  ])
})

test('every public surface is a list of names', async () => {
  const { files } = await readTree()
  const starred = files.filter((file) => /^export \* from/m.test(file.text)).map((file) => file.path)
  assert.deepEqual(starred, [])
})

test('every entry that a package exports exists', async () => {
  const { manifests } = await readTree()
  for (const [folder, manifest] of manifests)
    for (const [entry, path] of Object.entries(manifest.exports ?? {}))
      assert.ok(existsSync(join(repositoryRoot, folder, path)), `${folder} exports ${entry} from ${path}`)
})

test('no source file is a giant, and no folder is a drawer', async () => {
  const { files } = await readTree()
  const own = [
    ...files.map((file) => file.path),
    ...(await filesMatching('{test,strangers,bench,chaos,scripts}/**/*.ts')),
  ]
  for (const path of own) {
    const lines = (await readText(path)).split('\n').length
    assert.ok(lines <= 401, `${path} has ${lines} lines`)
    assert.doesNotMatch(path, /(^|\/)(utils?|helpers?|common|misc)(\.ts|\/)/)
  }
})

const documents = await filesMatching('{*.md,docs/**/*.md,examples/**/*.md,{packages,services,apps}/*/*.md}')

test('links between documents lead somewhere', async () => {
  for (const document of documents)
    for (const [, target = ''] of (await readText(document)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|mailto:|#)/.test(target)) continue
      const path = normalize(join(dirname(document), target.replace(/#.*/, '')))
      assert.ok(existsSync(join(repositoryRoot, path)), `${document} links to ${target}`)
    }
})

test('every npm script that a document names exists', async () => {
  const { scripts } = JSON.parse(await readText('package.json')) as { scripts: Record<string, string> }
  for (const document of documents)
    for (const [, name = ''] of (await readText(document)).matchAll(/npm run ([\w:-]+)/g))
      assert.ok(Object.hasOwn(scripts, name), `${document} names npm run ${name}`)
})

test('the page of error codes is made of the tables', async () => {
  assert.equal(await readText(errorPage), renderErrorPage(), 'write it anew: node test/error-page.ts')
})
