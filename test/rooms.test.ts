import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browserRooms, type Manifest, mayKnow, rooms, type SourceFile, specifiersOf, violations } from './rooms.ts'
import { readTree } from './tree.ts'

const tree = await readTree()

test('the tree keeps to the table of rooms', () => {
  assert.ok(tree.files.length > 10, 'the sources were found')
  assert.deepEqual(violations(tree), [])
})

test('every workspace is a room of the table, under its name', () => {
  for (const [folder, manifest] of tree.manifests) if (folder) assert.equal(rooms[folder]?.name, manifest.name, folder)
})

test('the table itself has no cycle, and services know no service', () => {
  const floorOf = (room: string, trail: readonly string[] = []): number => {
    assert.ok(!trail.includes(room), `${[...trail, room].join(' → ')}`)
    const knows = Object.keys(rooms).filter((other) => mayKnow(room, other))
    return 1 + Math.max(-1, ...knows.map((other) => floorOf(other, [...trail, room])))
  }
  for (const room of Object.keys(rooms)) assert.ok(floorOf(room) <= 4, room)
  for (const room of Object.keys(rooms).filter((name) => name.startsWith('services/')))
    for (const other of Object.keys(rooms)) assert.ok(!(other.startsWith('services/') && mayKnow(room, other)), room)
  assert.equal(browserRooms.has('packages/service'), false)
})

/** The real tree with files added or replaced: what does the check say? */
function withFiles(...planted: readonly SourceFile[]): string[] {
  const replaced = new Set(planted.map((file) => file.path))
  return violations({ ...tree, files: [...tree.files.filter((file) => !replaced.has(file.path)), ...planted] })
}

function withManifest(folder: string, change: (manifest: Manifest) => Manifest): string[] {
  const manifests = new Map(tree.manifests)
  manifests.set(folder, change(manifests.get(folder) ?? {}))
  return violations({ ...tree, manifests })
}

const planted: readonly { readonly what: string; readonly files: readonly SourceFile[]; readonly says: RegExp }[] = [
  {
    what: 'a room that its row does not name',
    files: [{ path: 'packages/pdf/src/planted.ts', text: "import { parseCrl } from '@cloudsigner/pki'\n" }],
    says: /packages\/pdf may not know packages\/pki/,
  },
  {
    what: 'a service that imports another',
    files: [{ path: 'services/signer/src/planted.ts', text: "import { createCa } from '@cloudsigner/ca'\n" }],
    says: /services\/signer may not know services\/ca/,
  },
  {
    what: 'a relative path into another room',
    files: [{ path: 'packages/pades/src/planted.ts', text: "export { x } from '../../pdf/src/lexer.ts'\n" }],
    says: /outside packages\/pades/,
  },
  {
    what: 'a type taken from a forbidden room',
    files: [
      { path: 'packages/pki/src/planted.ts', text: "export type X = import('@cloudsigner/pades').SignaturePlan\n" },
    ],
    says: /packages\/pki may not know packages\/pades/,
  },
  {
    what: 'a third-party package that the manifest does not declare',
    files: [{ path: 'services/ca/src/planted.ts', text: "import left from 'left-pad'\n" }],
    says: /left-pad': not declared/,
  },
  {
    what: 'a development package in a source',
    files: [{ path: 'packages/pdf/src/planted.ts', text: "import fc from 'fast-check'\n" }],
    says: /fast-check': not declared/,
  },
  {
    what: 'what tests share, in a source',
    files: [{ path: 'services/ca/src/planted.ts', text: "import { sharedPath } from '@cloudsigner/testing'\n" }],
    says: /may not know testing/,
  },
  {
    what: 'Node in a room for browsers',
    files: [{ path: 'packages/pdf/src/planted.ts', text: "const fs = await import('node:fs')\n" }],
    says: /imports 'node:fs', which browsers lack/,
  },
  {
    what: 'Buffer in a room for browsers',
    files: [{ path: 'packages/pki/src/planted.ts', text: 'export const x = Buffer.from([1])\n' }],
    says: /uses Buffer/,
  },
  {
    what: 'a file of the Node entry that the portable entry reaches too',
    files: [
      { path: 'packages/pki/src/index.ts', text: "export { nodeCrypto } from './node.ts'\n" },
      { path: 'packages/pki/src/node.ts', text: "import { sign } from 'node:crypto'\n" },
    ],
    says: /packages\/pki\/src\/node.ts .*browsers lack/,
  },
  {
    what: 'a cycle',
    files: [
      { path: 'packages/pdf/src/planted.ts', text: "import { x } from '@cloudsigner/pades'\n" },
      { path: 'packages/pades/src/index.ts', text: "import { y } from '@cloudsigner/pdf'\n" },
    ],
    says: /a cycle of rooms: packages\/(pdf|pades) → /,
  },
]

for (const { what, files, says } of planted)
  test(`a planted violation is reported: ${what}`, () => {
    const found = withFiles(...files)
    assert.ok(
      found.some((sentence) => says.test(sentence)),
      found.join('\n'),
    )
  })

test('a planted violation is reported: a range instead of a version', () => {
  const found = withManifest('packages/pdf', (manifest) => ({
    ...manifest,
    dependencies: { ...manifest.dependencies, '@noble/hashes': '^2.0.0' },
  }))
  assert.ok(found.some((sentence) => /@noble\/hashes \^2.0.0 is not an exact version/.test(sentence)))
})

test('a planted violation is reported: a forbidden room in a manifest', () => {
  const found = withManifest('packages/pdf', (manifest) => ({
    ...manifest,
    dependencies: { ...manifest.dependencies, '@cloudsigner/pki': '0.1.0' },
  }))
  assert.ok(found.some((sentence) => /packages\/pdf may not know packages\/pki/.test(sentence)))
})

test('what is allowed is not reported', () => {
  assert.deepEqual(
    withFiles({
      path: 'packages/pades/test/planted.test.ts',
      text: "import fc from 'fast-check'\nimport x from '@cloudsigner/testing'\n",
    }),
    violations(tree),
  )
  assert.deepEqual(specifiersOf("// import('a')\n/* import 'b' */\nconst s = `import c from 'c'`\nimport 'd'\n"), ['d'])
  assert.deepEqual(specifiersOf("import {\n  a,\n  type B,\n} from './a.ts'\n"), ['./a.ts'])
})
