/**
 * Which room may import which: the table of the design, and a pure check of a tree against it. Files and manifests come
 * in as values, so that the test can also show the check failing.
 */

/** Every room, by folder, with the rooms that it may import. `*` is everything below it. */
export const rooms: Readonly<Record<string, { readonly name: string; readonly knows: readonly string[] | '*' }>> = {
  'packages/contracts': { name: '@cloudsigner/contracts', knows: [] },
  'packages/pdf': { name: '@cloudsigner/pdf', knows: [] },
  'packages/pki': { name: '@cloudsigner/pki', knows: [] },
  'packages/powerauth-protocol': { name: '@cloudsigner/powerauth-protocol', knows: [] },
  'packages/service': { name: '@cloudsigner/service', knows: [] },
  'packages/pades': { name: '@cloudsigner/pades', knows: ['packages/pdf', 'packages/pki'] },
  'packages/clients': { name: '@cloudsigner/clients', knows: ['packages/contracts'] },
  'packages/powerauth-sdk': { name: '@cloudsigner/powerauth-sdk', knows: ['packages/powerauth-protocol'] },
  'packages/mobile-token-sdk': { name: '@cloudsigner/mobile-token-sdk', knows: ['packages/powerauth-sdk'] },
  'services/powerauth': {
    name: '@cloudsigner/powerauth',
    knows: ['packages/contracts', 'packages/clients', 'packages/service', 'packages/powerauth-protocol'],
  },
  'services/ca': {
    name: '@cloudsigner/ca',
    knows: ['packages/contracts', 'packages/clients', 'packages/service', 'packages/pki'],
  },
  'services/signer': {
    name: '@cloudsigner/signer',
    knows: ['packages/contracts', 'packages/clients', 'packages/service', 'packages/pades', 'packages/pki'],
  },
  'services/orchestrator': {
    name: '@cloudsigner/orchestrator',
    knows: [
      'packages/contracts',
      'packages/clients',
      'packages/service',
      'packages/pki',
      'packages/powerauth-protocol',
    ],
  },
  'apps/mobile': {
    name: '@cloudsigner/mobile',
    knows: [
      'packages/powerauth-sdk',
      'packages/mobile-token-sdk',
      'packages/pades',
      'packages/pki',
      'packages/clients',
    ],
  },
  'apps/console': { name: '@cloudsigner/console', knows: ['packages/clients'] },
  'apps/cli': { name: 'cloudsigner', knows: '*' },
  testing: { name: '@cloudsigner/testing', knows: [] },
}

/** Rooms that run in browsers as in Node: floors 0 to 2, except `service`. */
export const browserRooms: ReadonlySet<string> = new Set(
  Object.keys(rooms).filter((room) => room.startsWith('packages/') && room !== 'packages/service'),
)

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string
  readonly text: string
}

export interface Manifest {
  readonly name?: string
  readonly exports?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export interface Tree {
  readonly files: readonly SourceFile[]
  /** By folder; the root's is `''`. */
  readonly manifests: ReadonlyMap<string, Manifest>
}

/** The module specifiers that a source names, static, dynamic and in types. */
export function specifiersOf(text: string): string[] {
  const code = withoutComments(text)
  const found = new Set<string>()
  // The formatter, which the tests run too, leaves static imports at the start of a line; so a quoted one is not taken.
  const patterns = [
    /^(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^import\s*['"]([^'"]+)['"]/gm,
    /\b(?:import|require)\(\s*['"]([^'"]+)['"]/g,
  ]
  for (const pattern of patterns) for (const match of code.matchAll(pattern)) if (match[1]) found.add(match[1])
  return [...found]
}

/** Comments blanked. A `//` right after a colon is taken for an address in a string. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1')
}

export function roomOf(path: string): string | undefined {
  return Object.keys(rooms).find((room) => path.startsWith(`${room}/`))
}

/** Name of the package of a bare specifier: `@scope/name/sub` → `@scope/name`. */
export function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

const folderOfPackage = new Map(Object.entries(rooms).map(([folder, room]) => [room.name, folder]))

/** Every way in which the tree breaks the table, as sentences. Empty where it holds. */
export function violations(tree: Tree): string[] {
  const found = tree.files.flatMap((file) => {
    const room = roomOf(file.path)
    return room ? importViolations(file, room, tree) : []
  })
  for (const [folder, manifest] of tree.manifests) found.push(...manifestViolations(folder, manifest))
  for (const room of browserRooms) found.push(...browserViolations(room, tree))
  return [...found, ...cycles(tree)]
}

function importViolations(file: SourceFile, room: string, tree: Tree): string[] {
  const isSource = file.path.startsWith(`${room}/src/`) || file.path.startsWith(`${room}/bin/`)
  const declared = declaredBy(tree.manifests.get(room), isSource ? undefined : tree.manifests.get(''))
  const found: string[] = []
  for (const specifier of specifiersOf(file.text)) {
    const say = (what: string) => found.push(`${file.path} imports '${specifier}': ${what}`)
    if (specifier.startsWith('node:')) continue
    if (specifier.startsWith('.')) {
      if (!resolveFrom(file.path, specifier).startsWith(`${room}/`)) say(`outside ${room}; name the package instead`)
      continue
    }
    const target = packageOf(specifier)
    const folder = folderOfPackage.get(target)
    if (folder && !isSource && (folder === room || folder === 'testing')) continue
    if (folder === room) say('its own room; use a relative path')
    else if (folder && !mayKnow(room, folder)) say(`${room} may not know ${folder}`)
    else if (!declared.has(target)) say(`not declared in ${room}/package.json`)
  }
  return found
}

export function mayKnow(room: string, other: string): boolean {
  const knows = rooms[room]?.knows ?? []
  return knows === '*' ? other !== 'testing' && !other.startsWith('apps/') : knows.includes(other)
}

/** A source may import what its package needs to run; its tests also what the root declares for development. */
function declaredBy(own: Manifest | undefined, root: Manifest | undefined): Set<string> {
  return new Set([
    ...Object.keys({ ...own?.dependencies, ...own?.optionalDependencies, ...own?.peerDependencies }),
    ...(root ? Object.keys({ ...own?.devDependencies, ...root.devDependencies }) : []),
  ])
}

function manifestViolations(folder: string, manifest: Manifest): string[] {
  const found: string[] = []
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
  for (const [name, version] of Object.entries(all)) {
    const where = `${folder || '.'}/package.json`
    if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) found.push(`${where}: ${name} ${version} is not an exact version`)
    const target = folderOfPackage.get(name)
    if (!target || !roomOf(`${folder}/package.json`) || mayKnow(folder, target)) continue
    if (target !== 'testing' || manifest.dependencies?.[name]) found.push(`${where}: ${folder} may not know ${target}`)
  }
  return found
}

export function resolveFrom(path: string, specifier: string): string {
  const parts = path.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** Packages that only Node can load. */
const nodeOnly: ReadonlySet<string> = new Set(['undici', 'fastify', 'pg', 'pino', 'pg-boss'])

/** A browser room's files may touch Node only where nothing but the entry `src/node.ts` reaches them. */
function browserViolations(room: string, tree: Tree): string[] {
  const sources = new Map(
    tree.files.filter((file) => file.path.startsWith(`${room}/src/`)).map((file) => [file.path, file]),
  )
  const nodeEntry = `${room}/src/node.ts`
  const entries = Object.values(tree.manifests.get(room)?.exports ?? {}).map((path) => resolveFrom(`${room}/x`, path))
  const portable = reachable(
    entries.filter((entry) => entry !== nodeEntry),
    sources,
  )
  const nodeSide = reachable([nodeEntry], sources)
  const found: string[] = []
  for (const file of sources.values()) {
    if (nodeSide.has(file.path) && !portable.has(file.path)) continue
    const say = (what: string) => found.push(`${file.path} ${what}, which browsers lack; only src/node.ts may reach it`)
    for (const specifier of specifiersOf(file.text))
      if (specifier.startsWith('node:') || nodeOnly.has(packageOf(specifier))) say(`imports '${specifier}'`)
    const code = withoutComments(file.text)
    if (/(?<![\w.'"`-])Buffer\b(?!['"`])/.test(code)) say('uses Buffer')
    if (/(?<![\w.'"`-])process\.\w/.test(code)) say('uses process')
  }
  return found
}

function reachable(entries: readonly string[], sources: ReadonlyMap<string, SourceFile>): Set<string> {
  const seen = new Set<string>()
  const pending = [...entries]
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const file = sources.get(path)
    if (!file || seen.has(path)) continue
    seen.add(path)
    for (const specifier of specifiersOf(file.text))
      if (specifier.startsWith('.')) pending.push(resolveFrom(path, specifier))
  }
  return seen
}

/** Cycles between rooms, by what their sources really import. */
function cycles(tree: Tree): string[] {
  const edges = new Map<string, Set<string>>()
  for (const file of tree.files) {
    const room = roomOf(file.path)
    if (!room || !file.path.startsWith(`${room}/src/`)) continue
    for (const specifier of specifiersOf(file.text)) {
      const other = folderOfPackage.get(packageOf(specifier))
      if (other && other !== room) edges.set(room, (edges.get(room) ?? new Set()).add(other))
    }
  }
  const found: string[] = []
  const done = new Set<string>()
  const visit = (room: string, trail: readonly string[]): void => {
    const start = trail.indexOf(room)
    if (start >= 0) found.push(`a cycle of rooms: ${[...trail.slice(start), room].join(' → ')}`)
    if (start >= 0 || done.has(room)) return
    for (const other of edges.get(room) ?? []) visit(other, [...trail, room])
    done.add(room)
  }
  for (const room of edges.keys()) visit(room, [])
  return found
}
