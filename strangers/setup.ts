/**
 * `npm run setup:strangers`: brings the third parties into `.strangers/`. Idempotent: a step whose inputs have not
 * changed since it last succeeded is not done again. The lanes run side by side, the steps of a lane in order.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, copyFile, cp, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runWell } from './process.ts'
import { isExcused, isPresent, onPath, sharedTools, strangersRoot, type Tool, type ToolName, tools } from './tools.ts'

interface Step {
  readonly tools: readonly ToolName[]
  /** Programs that the step itself needs, each with how it is had. */
  readonly needs: Readonly<Record<string, string>>
  /** Everything that, when it changes, makes the step due again. */
  inputs(): Promise<string>
  build(): Promise<void>
}

const minutes = 60
const bin = join(strangersRoot, 'bin')
const debianPackages = ['poppler-utils', 'libnss3-tools', 'qpdf', 'openssl', 'curl']
const zlint = 'github.com/zmap/zlint/v3/cmd/zlint@v3.7.3'
const pkilint = 'pkilint==0.13.3'
const schemathesis = join(import.meta.dirname, 'requirements-schemathesis.txt')
const javaRestClient = join(import.meta.dirname, 'java-rest-client')

const needsGo = { go: 'the Go toolchain; on Debian: apt-get install golang' }
const needsMaven = {
  java: 'a JDK, 17 or newer; on Debian: apt-get install default-jdk-headless',
  mvn: 'Maven 3.8 or newer; on Debian: apt-get install maven',
}
const needsPython = { python3: 'Python 3.11 with venv; on Debian: apt-get install python3-venv' }

const debian: Step = {
  tools: ['pdfsig', 'certutil', 'qpdf', 'openssl', 'curl'],
  needs: { 'apt-get': `another way to install ${debianPackages.join(', ')} on this system` },
  inputs: async () => debianPackages.join(' '),
  async build() {
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    await twice(() => runWell('apt-get', ['update', '-qq'], { env, timeoutSeconds: 5 * minutes }))
    const install = ['install', '-y', '-qq', '--no-install-recommends', ...debianPackages]
    await twice(() => runWell('apt-get', install, { env, timeoutSeconds: 10 * minutes }))
  },
}

const lanes: readonly (readonly Step[])[] = [
  [debian],
  [
    {
      tools: ['pyhanko'],
      needs: needsPython,
      inputs: () => readFile(join(sharedTools, 'pyhanko', 'requirements.txt'), 'utf8'),
      build: () => pythonEnvironment('pyhanko', ['-r', join(sharedTools, 'pyhanko', 'requirements.txt')]),
    },
    {
      tools: ['pkilint'],
      needs: needsPython,
      inputs: async () => pkilint,
      build: () => pythonEnvironment('pkilint', [pkilint]),
    },
    {
      tools: ['schemathesis'],
      needs: needsPython,
      inputs: () => readFile(schemathesis, 'utf8'),
      build: () => pythonEnvironment('schemathesis', ['-r', schemathesis]),
    },
  ],
  [
    {
      tools: ['dss'],
      needs: needsMaven,
      inputs: () => digestOf(join(sharedTools, 'jvm')),
      async build() {
        const folder = await copySource(join(sharedTools, 'jvm'), join(strangersRoot, 'jvm'))
        await twice(() => runWell('mvn', ['-B', '-q', 'package'], { cwd: folder, timeoutSeconds: 15 * minutes }))
      },
    },
    {
      tools: ['powerauthClient'],
      needs: needsMaven,
      inputs: () => digestOf(join(sharedTools, 'powerauth-client')),
      async build() {
        const script = join(sharedTools, 'powerauth-client', 'build.sh')
        const build = [script, tools.powerauthClient.path]
        await twice(() => runWell('bash', build, { timeoutSeconds: 15 * minutes }))
      },
    },
    restClientOf('2.0.1', 'restClient'),
    restClientOf('1.10.0', 'formerRestClient'),
  ],
  [
    {
      tools: ['ejbcaClient'],
      needs: needsGo,
      inputs: () => digestOf(join(sharedTools, 'ejbca-client')),
      async build() {
        const source = join(sharedTools, 'ejbca-client')
        const folder = await copySource(source, join(strangersRoot, 'src', 'ejbca-client'))
        await runWell('go', ['build', '-o', tools.ejbcaClient.path, '.'], { cwd: folder, timeoutSeconds: 10 * minutes })
      },
    },
    {
      tools: ['zlint'],
      needs: needsGo,
      inputs: async () => zlint,
      async build() {
        const env = { GOBIN: bin }
        await twice(() => runWell('go', ['install', zlint], { env, timeoutSeconds: 15 * minutes }))
      },
    },
  ],
]

/** The client of the private API that this published line brings, under our driver. */
function restClientOf(version: string, tool: 'restClient' | 'formerRestClient'): Step {
  return {
    tools: [tool],
    needs: needsMaven,
    inputs: () => digestOf(javaRestClient),
    async build() {
      const folder = await copySource(javaRestClient, join(strangersRoot, 'src', `rest-client-${version}`))
      const build = ['-B', '-q', `-P${version}`, 'package']
      await twice(() => runWell('mvn', build, { cwd: folder, timeoutSeconds: 15 * minutes }))
      await copyFile(join(folder, 'target', 'rest-client.jar'), tools[tool].path)
    },
  }
}

/** A download may break off: everything that fetches is tried once more. */
async function twice<Result>(attempt: () => Promise<Result>): Promise<Result> {
  try {
    return await attempt()
  } catch {
    return await attempt()
  }
}

async function pythonEnvironment(name: string, requirements: readonly string[]): Promise<void> {
  const folder = join(strangersRoot, name)
  await rm(folder, { recursive: true, force: true })
  await runWell('python3', ['-m', 'venv', folder])
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements]
  await twice(() => runWell(join(folder, 'bin', 'python'), install, { timeoutSeconds: 15 * minutes }))
}

/** The sources may be read-only, and copies of them must not be. */
async function copySource(source: string, target: string): Promise<string> {
  await rm(target, { recursive: true, force: true })
  await cp(source, target, { recursive: true })
  for await (const path of glob('**', { cwd: target })) await chmod(join(target, path), 0o755)
  await chmod(target, 0o755)
  return target
}

async function digestOf(folder: string): Promise<string> {
  const hash = createHash('sha256')
  const files: string[] = []
  for await (const entry of glob('**', { cwd: folder, withFileTypes: true }))
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name))
  for (const file of files.sort()) hash.update(file).update(await readFile(file))
  return hash.digest('hex')
}

function demandSources(step: Step): void {
  for (const name of step.tools) {
    const { source }: Tool = tools[name]
    if (source !== undefined && !existsSync(join(sharedTools, source)))
      throw new Error(`../shared/tools/${source} is missing, and CI must not go without it`)
  }
}

function demandPrograms(step: Step): void {
  for (const [program, howToGet] of Object.entries(step.needs))
    if (!onPath(program)) throw new Error(`${program} is missing. It needs ${howToGet}.`)
}

type Result = 'there already' | 'done' | 'skipped' | 'failed'

async function perform(step: Step): Promise<Result> {
  const name = step.tools.join(', ')
  const say = (what: string) => process.stdout.write(`${name}: ${what}\n`)
  if (step.tools.some((tool) => isExcused(tools[tool]))) {
    say('skipped; it is made from ../shared, which this clone does not have')
    return 'skipped'
  }
  const started = Date.now()
  try {
    demandSources(step)
    const inputs = createHash('sha256')
      .update(await step.inputs())
      .digest('hex')
    const stamp = join(strangersRoot, 'stamps', step.tools.join('+'))
    const built = existsSync(stamp) && (await readFile(stamp, 'utf8')) === inputs
    const present = step.tools.every((tool) => isPresent(tools[tool]))
    if (present && (built || step === debian)) {
      say('there already')
      return 'there already'
    }
    demandPrograms(step)
    await step.build()
    for (const tool of step.tools)
      if (!isPresent(tools[tool])) throw new Error(`was built, yet ${tools[tool].path} is not there`)
    await writeFile(stamp, inputs)
  } catch (error) {
    say(`FAILED after ${seconds(started)}: ${error instanceof Error ? error.message : String(error)}`)
    return 'failed'
  }
  say(`done in ${seconds(started)}`)
  return 'done'
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`
}

const started = Date.now()
await mkdir(join(strangersRoot, 'stamps'), { recursive: true })
await mkdir(bin, { recursive: true })
const results = await Promise.all(
  lanes.map(async (lane) => {
    const done: Result[] = []
    for (const step of lane) done.push(await perform(step))
    return done
  }),
)
const count = (result: Result) => results.flat().filter((one) => one === result).length
process.stdout.write(
  `Strangers set up in ${seconds(started)}: ${count('done')} built, ${count('there already')} there already, ` +
    `${count('skipped')} skipped, ${count('failed')} failed.\n`,
)
process.exitCode = count('failed') > 0 ? 1 : 0
