/** `cloudsigner demo`: the whole chain on real documents, from nothing to signed and validated files. */
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, parse as parsePath, relative } from 'node:path'
import type { SignerMode } from '@cloudsigner/contracts/cloud-mode'
import { type DemoOptions, demoUsage, parseDemoArguments } from './arguments.ts'
import { type ChainContext, enrolCustomer, signDocument } from './chain.ts'
import { type DemoReport, nextSteps, type SignedFile, stepLine, summary } from './report.ts'
import { type RunningStack, startStack } from './running-stack.ts'
import { StepRecorder } from './steps.ts'

/** What the demo sees of the world; `process` is one. */
export interface DemoIo {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the user is. */
  cwd(): string
}

/** Answers the exit code: 0 every step succeeded, 1 one failed, 2 called wrongly. */
export async function runDemo(args: readonly string[], io: DemoIo): Promise<number> {
  if (args.includes('--help')) {
    io.stdout.write(`${demoUsage}\n`)
    return 0
  }
  const options = parse(args, io)
  if (options instanceof Error) {
    io.stderr.write(`cloudsigner demo: ${options.message}\n${demoUsage}\n`)
    return 2
  }
  const started = Number(io.env.CLOUDSIGNER_COMMAND_STARTED ?? performance.timeOrigin)
  const outputDirectory = join(io.cwd(), 'out')
  const dataDirectory = await mkdtemp(join(tmpdir(), 'cloudsigner-demo-'))
  const recorder = new StepRecorder(
    () => performance.now(),
    (result, detail) => io.stdout.write(stepLine(result, detail)),
  )
  const signed: SignedFile[] = []
  let firstSignedMs: number | null = null
  let stack: RunningStack | undefined
  try {
    stack = await recorder.step('Stack: CA, PowerAuth, signer, orchestrator', () => startStack(dataDirectory))
    const onSigned = () => {
      firstSignedMs ??= Date.now() - started
    }
    await mkdir(outputDirectory, { recursive: true })
    await copyFile(stack.addresses.ca.trustRoot, rootIn(outputDirectory))
    const context: ChainContext = { addresses: stack.addresses, recorder, onSigned }
    for (const mode of options.modes)
      await signAll(context, mode, outputs(options.files, outputDirectory, mode), signed)
  } catch (error) {
    // A failed step has said why already; anything else is a fault of ours.
    if (recorder.results.every((step) => step.ok)) throw error
  } finally {
    const files = signed.map(({ file }) => file)
    const report: DemoReport = { steps: recorder.results, files, signed, firstSignedMs }
    io.stdout.write(summary(report, performance.timeOrigin - started))
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`)
    if (signed.length > 0) io.stdout.write(nextSteps(files.map(named(io)), named(io)(rootIn(outputDirectory))))
    if (options.keep && stack) await untilInterrupted(io, stack)
    await stack?.stop()
    await rm(dataDirectory, { recursive: true, force: true })
  }
  return recorder.results.every((step) => step.ok) ? 0 : 1
}

function parse(args: readonly string[], io: DemoIo): DemoOptions | Error {
  try {
    return parseDemoArguments(args, io.cwd())
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}

/** Every document has its try: one that is refused does not keep the others from being signed. */
async function signAll(
  context: ChainContext,
  mode: SignerMode,
  files: readonly { readonly file: string; readonly signed: string }[],
  signed: SignedFile[],
): Promise<void> {
  const parties = await enrolCustomer(context, mode)
  for (const paths of files) {
    const before = context.recorder.results.length
    try {
      await signDocument(context, parties, paths)
      signed.push({ mode, file: paths.signed, original: paths.file })
    } catch (error) {
      if (context.recorder.results.slice(before).every((step) => step.ok)) throw error
    }
  }
}

/**
 * Each file with the path of its signed copy: `contract.pdf` becomes `contract-signed.pdf`, or in Cloud mode
 * `contract-signed-cloud.pdf`; a namesake `…-2.pdf`.
 */
export function outputs(
  files: readonly string[],
  directory: string,
  mode: SignerMode = 'EXTERNAL',
): { file: string; signed: string }[] {
  const suffix = mode === 'CLOUD' ? '-signed-cloud' : '-signed'
  const taken = new Map<string, number>()
  return files.map((file) => {
    const name = parsePath(file).name
    const count = (taken.get(name) ?? 0) + 1
    taken.set(name, count)
    return { file, signed: join(directory, `${name}${suffix}${count > 1 ? `-${count}` : ''}.pdf`) }
  })
}

function rootIn(outputDirectory: string): string {
  return join(outputDirectory, 'trust-root.pem')
}

/** A path as the user would type it. */
function named(io: DemoIo): (path: string) => string {
  return (path) => relative(io.cwd(), path)
}

async function untilInterrupted(io: DemoIo, stack: RunningStack): Promise<void> {
  io.stdout.write(`\nThe stack stays up; addresses and credentials are in ${stack.readyFile}. Ctrl-C ends it.\n`)
  const stop = new AbortController()
  const { signal } = stop
  await Promise.race([once(process, 'SIGINT', { signal }), once(process, 'SIGTERM', { signal })])
  stop.abort()
}
