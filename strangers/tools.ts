/**
 * The strangers: software that no one here wrote and that judges what we make. Where each is, how it is had. Everything
 * that is built goes into the ignored `.strangers/`; sources that lie in `../shared` are copied first, never built there.
 */
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

export const repositoryRoot = dirname(import.meta.dirname)
export const strangersRoot = join(repositoryRoot, '.strangers')
export const sharedTools = join(dirname(repositoryRoot), 'shared', 'tools')

export interface Tool {
  /** A file that is there when the tool is; a bare name is looked up on PATH. */
  readonly path: string
  /** A sentence for who lacks it. */
  readonly howToGet: string
  /** The folder of `../shared/tools` that it is made from, where it is not published. */
  readonly source?: string
}

const bySetup = 'npm run setup:strangers'
const debian = (name: string) => `${bySetup}, or on Debian: apt-get install ${name}`
const built = (what: string) => `${bySetup} (needs ${what})`

export const tools = {
  pdfsig: { path: 'pdfsig', howToGet: debian('poppler-utils') },
  certutil: { path: 'certutil', howToGet: debian('libnss3-tools') },
  qpdf: { path: 'qpdf', howToGet: debian('qpdf') },
  openssl: { path: 'openssl', howToGet: debian('openssl') },
  curl: { path: 'curl', howToGet: debian('curl') },
  java: { path: 'java', howToGet: 'a JDK, 17 or newer; on Debian: apt-get install default-jdk-headless' },
  zlint: { path: join(strangersRoot, 'bin', 'zlint'), howToGet: built('Go') },
  pkilint: { path: join(strangersRoot, 'pkilint', 'bin', 'lint_pkix_cert'), howToGet: built('Python 3 with venv') },
  schemathesis: {
    path: join(strangersRoot, 'schemathesis', 'bin', 'schemathesis'),
    howToGet: built('Python 3 with venv'),
  },
  pyhanko: {
    path: join(strangersRoot, 'pyhanko', 'bin', 'pyhanko'),
    howToGet: built('Python 3 with venv'),
    source: 'pyhanko',
  },
  dss: {
    path: join(strangersRoot, 'jvm', 'target', 'strangers.jar'),
    howToGet: built('a JDK, 17 or newer, and Maven'),
    source: 'jvm',
  },
  powerauthClient: {
    path: join(strangersRoot, 'powerauth-client.jar'),
    howToGet: built('a JDK, 17 or newer, and Maven'),
    source: 'powerauth-client',
  },
  restClient: {
    path: join(strangersRoot, 'rest-client-2.0.1.jar'),
    howToGet: built('a JDK, 17 or newer, and Maven'),
  },
  formerRestClient: {
    path: join(strangersRoot, 'rest-client-1.10.0.jar'),
    howToGet: built('a JDK, 17 or newer, and Maven'),
  },
  ejbcaClient: { path: join(strangersRoot, 'bin', 'ejbca-client'), howToGet: built('Go'), source: 'ejbca-client' },
} as const satisfies Record<string, Tool>

export type ToolName = keyof typeof tools

/** Where on PATH a command is; undefined where it is not. */
export function onPath(command: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, command)).find((file) => existsSync(file))
}

export function isPresent(tool: Tool): boolean {
  return tool.path.includes('/') ? existsSync(tool.path) : onPath(tool.path) !== undefined
}

/** A tool that is made from `../shared` cannot be had in a clone that stands alone; only CI must not do without it. */
export function isExcused(tool: Tool): boolean {
  return tool.source !== undefined && !existsSync(join(sharedTools, tool.source)) && process.env.CI !== 'true'
}
