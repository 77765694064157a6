/** What each validator says of a signed PDF, its words turned into values. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { cli } from './cloudsigner.ts'
import { request } from './http.ts'
import { atEnd, once } from './lifetime.ts'
import { run, runWell } from './process.ts'
import { scratch, stack } from './stack.ts'
import { sharedTools, strangersRoot, tools } from './tools.ts'

/** Members as `../shared/tools/pyhanko/README.md` documents them. */
export interface PyhankoReport {
  readonly file: string
  readonly error?: string
  readonly revisions?: number
  readonly signatures?: readonly {
    readonly intact?: boolean
    readonly valid?: boolean
    readonly trusted?: boolean
    readonly coverage?: string
    readonly modificationLevel?: string
    readonly padesLevel?: string
    readonly bottomLine: boolean
    readonly error?: string
  }[]
}

/** Exit code 1 says only that something is wrong; the report says what. `lax` tolerates what strict parsing refuses. */
export async function pyhanko(
  trust: string,
  files: readonly string[],
  mode: 'strict' | 'lax' = 'strict',
): Promise<PyhankoReport[]> {
  const script = join(sharedTools, 'pyhanko', 'validate.py')
  const options = ['--trust', trust, ...(mode === 'lax' ? ['--lax'] : [])]
  const python = join(strangersRoot, 'pyhanko', 'bin', 'python')
  const { stdout, stderr } = await run(python, [script, ...options, ...files], { timeoutSeconds: 300 })
  const lines = stdout.split('\n').filter((line) => line !== '')
  if (lines.length !== files.length) throw new Error(`pyHanko answered ${lines.length} of ${files.length}: ${stderr}`)
  return lines.map((line) => JSON.parse(line))
}

/** Members as `../shared/tools/jvm/README.md` documents them. */
export interface DssReport {
  readonly error: { readonly type: string; readonly message: string } | null
  readonly signaturesCount: number
  readonly signatures: readonly {
    readonly indication: string
    readonly subIndication: string | null
    readonly level: string
    readonly cryptographicallyIntact: boolean
    readonly referenceDataIntact: boolean
    readonly coversWholeDocument: boolean
    readonly timestamps: readonly { readonly type: string; readonly indication: string }[]
    readonly modifications: { readonly detected: boolean; readonly undefined?: readonly unknown[] } | null
    readonly errors: readonly { readonly key: string; readonly message: string }[]
    readonly warnings: readonly { readonly key: string; readonly message: string }[]
  }[]
}

export interface ConformanceReport {
  readonly declared: readonly string[]
  readonly compliant: boolean
  readonly error: unknown
  readonly results: readonly { readonly profile: string; readonly failedRules: readonly unknown[] }[]
}

/** DSS and veraPDF in one warm JVM; its address. */
const judges = once(async () => {
  const child = spawn('java', ['-jar', tools.dss.path, 'serve', '0'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stderr.resume()
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  atEnd(async () => {
    child.kill('SIGTERM')
    await ended
  })
  for await (const line of createInterface(child.stdout)) {
    child.stdout.resume()
    const { port }: { port: number } = JSON.parse(line)
    return `http://127.0.0.1:${port}`
  }
  throw new Error('DSS did not say its port')
})

async function judge<Report>(path: string, query: Readonly<Record<string, string>>, file: string): Promise<Report> {
  const url = `${await judges()}/${path}?${new URLSearchParams(query)}`
  const answer = await request(url, { method: 'POST', body: await readFile(file) })
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body as Report
}

/** Online on loopback, so that it fetches our CRL, OCSP answers and issuers. */
export function dss(trust: string, file: string, password?: string): Promise<DssReport> {
  return judge('validate', { trust, online: 'true', name: file, ...(password !== undefined && { password }) }, file)
}

export function veraPdf(file: string): Promise<ConformanceReport> {
  return judge('conformance', {}, file)
}

export interface PdfsigReport {
  readonly said: string
  readonly signatureValid: boolean
  readonly certificateTrusted: boolean
  readonly wholeFile: boolean
}

/** A certificate store of NSS in which this root is trusted. */
async function nssStore(trust: string): Promise<string> {
  const store = await mkdtemp(join(await scratch(), 'nss-'))
  await runWell('certutil', ['-N', '-d', `sql:${store}`, '--empty-password'])
  await runWell('certutil', ['-A', '-d', `sql:${store}`, '-n', 'root', '-t', 'CT,CT,CT', '-a', '-i', trust])
  return store
}

const storeOfStack = once(async () => nssStore((await stack()).ca.trustRoot))
const stores = new Map<string, Promise<string>>()

/** `trust` is the stack's root where absent; `password` the user's. */
export async function pdfsig(file: string, trust?: string, password?: string): Promise<PdfsigReport> {
  const known = trust === undefined ? storeOfStack() : (stores.get(trust) ?? nssStore(trust))
  if (trust !== undefined) stores.set(trust, known)
  const store = await known
  const { stdout } = await run('pdfsig', [
    '-nssdir',
    `sql:${store}`,
    ...(password === undefined ? [] : ['-upw', password]),
    file,
  ])
  return {
    said: stdout,
    signatureValid: stdout.includes('Signature is Valid.'),
    certificateTrusted: stdout.includes('Certificate is Trusted.'),
    wholeFile: stdout.includes('Total document signed'),
  }
}

/** What `qpdf --check` prints, the file's name left out; exit code 0 where it finds nothing. */
export async function qpdfCheck(file: string): Promise<{ readonly code: number; readonly said: string }> {
  const { code, stdout, stderr } = await run('qpdf', ['--check', file])
  return { code, said: `${stdout}${stderr}`.replaceAll(file, 'FILE') }
}

/** Our own `cloudsigner validate`, a line a file. */
export interface OwnReport {
  readonly file: string
  readonly error?: { readonly code: string; readonly message: string }
  readonly signatures: readonly {
    readonly intact: boolean | null
    readonly coverage: string | null
    readonly level: string | null
    readonly timestamps: readonly { readonly type: string; readonly indication: string }[]
    readonly indication: string | null
    readonly subIndication: string | null
    readonly warnings: readonly unknown[]
  }[]
}

export async function cloudsignerValidate(
  trust: string,
  files: readonly string[],
  options: readonly string[] = ['--online', '--allow-private-addresses', '--revocation', 'require'],
): Promise<{ readonly code: number; readonly reports: readonly OwnReport[] }> {
  const args = [cli, 'validate', '--trust', trust, '--json', ...options, ...files]
  const { code, stdout, stderr } = await run(process.execPath, args)
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  if (lines.length !== files.length) throw new Error(`cloudsigner validate: ${stdout}\n${stderr}`)
  return { code, reports: lines.map((line) => JSON.parse(line)) }
}
