// Runs a root command on a machine that has only git, Node >= 20 and npm: installs what the command needs from the
// lockfile, then hands over to the supported Node that the lockfile brought. Plain JavaScript on purpose: it is the one
// file that an old Node has to understand.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules', '.bin')
const stampFile = join(root, 'node_modules', '.cache', 'cloudsigner', 'installed.json')

/** Which installation a command needs (`run` alone is enough to use the product) and the TypeScript file that does it. */
const commands = {
  demo: { needs: 'run', entry: 'apps/cli/src/main.ts', args: ['demo'] },
  start: { needs: 'run', entry: 'apps/cli/src/main.ts', args: ['up'] },
  test: { needs: 'all', entry: 'scripts/test.ts', args: [] },
  'test:browser': { needs: 'all', entry: 'scripts/test-browser.ts', args: [] },
  check: { needs: 'all', entry: 'scripts/check.ts', args: [] },
  format: { needs: 'all', entry: 'scripts/format.ts', args: [] },
  bench: { needs: 'all', entry: 'bench/main.ts', args: [] },
  fuzz: { needs: 'all', entry: 'fuzz/main.ts', args: [] },
  chaos: { needs: 'all', entry: 'chaos/main.ts', args: [] },
  'setup:strangers': { needs: 'all', entry: 'strangers/setup.ts', args: [] },
  'test:strangers': { needs: 'all', entry: 'strangers/main.ts', args: [] },
}

/** The lockfile's digest: an installation made from another lockfile is not the one that this checkout describes. */
function lockDigest() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
}

function installed() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'))
  } catch {
    return undefined
  }
}

function install(needs) {
  const lock = lockDigest()
  const have = installed()
  if (have?.lock === lock && (have.needs === 'all' || have.needs === needs)) return
  const started = Date.now()
  process.stderr.write(`Installing ${needs === 'run' ? 'what the product runs on' : 'everything, tools included'} …\n`)
  // No install script is needed, so none is allowed to run.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  if (needs === 'run') args.push('--omit=dev')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const result = spawnSync(npm, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (result.status !== 0) {
    process.stderr.write(`npm ci failed${result.error ? `: ${result.error.message}` : ''}; nothing was started.\n`)
    process.exit(result.status ?? 1)
  }
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, JSON.stringify({ lock, needs }))
  process.stderr.write(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`)
}

/** The Node of the lockfile, or the running one where that is new enough (no package exists for every platform). */
function supportedNode() {
  const local = join(bin, process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(local)) return local
  if (Number(process.versions.node.split('.')[0]) >= 26) return process.execPath
  process.stderr.write(
    `Node ${process.versions.node} is too old and the lockfile has none for this platform: install Node 26.\n`,
  )
  process.exit(1)
}

const [name, ...rest] = process.argv.slice(2)
const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined
if (!command) {
  process.stderr.write(`usage: node scripts/run.mjs ${Object.keys(commands).join('|')} [argument …]\n`)
  process.exit(2)
}
const startedAt = Date.now()
install(command.needs)
const child = spawn(supportedNode(), [join(root, command.entry), ...command.args, ...rest], {
  cwd: process.env.INIT_CWD ?? root,
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    CLOUDSIGNER_COMMAND_STARTED: String(startedAt),
  },
})
// A signal is for the command: it drains, and its exit code is ours.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  process.stderr.write(`${command.entry} could not be started: ${error.message}\n`)
  process.exit(1)
})
child.on('exit', (code) => process.exit(code ?? 1))
