import type { SignerMode } from '@cloudsigner/contracts/cloud-mode'
import type { StepResult } from './steps.ts'

/** What `--json FILE` holds. */
export interface DemoReport {
  readonly steps: readonly StepResult[]
  readonly files: readonly string[]
  /** The same with what they are of. */
  readonly signed: readonly SignedFile[]
  /** Milliseconds from the start of the command, installation included, to the first signed file; null if there is none. */
  readonly firstSignedMs: number | null
}

export interface SignedFile {
  readonly mode: SignerMode
  /** Absolute paths. */
  readonly file: string
  readonly original: string
}

const nameWidth = 50

export function stepLine({ name, ok, ms }: StepResult, detail: string): string {
  const time = `${ms.toLocaleString('en')} ms`.padStart(9)
  return `${ok ? '✔' : '✘'} ${name.padEnd(nameWidth)} ${time}${detail === '' ? '' : `   ${detail}`}\n`
}

/** `installMs`: what of `firstSignedMs` went by before the demo itself ran. */
export function summary(report: DemoReport, installMs: number): string {
  const failed = report.steps.filter((step) => !step.ok)
  const total = report.steps.reduce((sum, step) => sum + step.ms, 0)
  const rule = `${'─'.repeat(nameWidth + 12)}\n`
  const line = stepLine(
    { name: `${report.steps.length} steps, ${failed.length} failed`, ok: failed.length === 0, ms: total },
    '',
  )
  const first = report.firstSignedMs
  const since =
    first === null
      ? 'No signed PDF.'
      : `The first signed PDF was there ${seconds(first)} s after the command was given; ${seconds(first - installMs)} s without the installation.`
  return `${rule}${line}\n${since}\n`
}

export function seconds(ms: number): string {
  return (ms / 1000).toFixed(1)
}

/** What the reader can do with what is left. Paths are as they are to be typed. */
export function nextSteps(files: readonly string[], root: string): string {
  const [first = ''] = files
  return `
Signed:
${files.map((file) => `  ${file}`).join('\n')}

Next:
  open ${first} in any PDF reader: its signature panel shows who signed, and that nothing has changed since.
  To see it trusted, import ${root} there as a trusted root, for this trial only.
  npm run demo -- --file my.pdf    signs your own document
  npm start                        leaves the stack up, with its addresses and credentials
`
}
