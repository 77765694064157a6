import { statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { parseArgs } from 'node:util'
import type { SignerMode } from '@cloudsigner/contracts/cloud-mode'

export interface DemoOptions {
  /** In order; of each mode every document is signed. */
  readonly modes: readonly SignerMode[]
  /** Documents to sign, absolute paths, in order. */
  readonly files: readonly string[]
  /** Where the report goes, if anywhere. */
  readonly json?: string
  /** The stack stays up until interrupted. */
  readonly keep: boolean
}

export const demoUsage = `usage: npm run demo -- [--mode external|cloud|both] [--file my.pdf]… [--json FILE] [--keep]

  --mode MODE     external: the phone's own key signs; cloud: CloudSigner keeps the key, and the phone releases each use;
                  both, the default, one after the other
  --file my.pdf   sign this instead of the examples; may be repeated
  --json FILE     write the steps with their times there
  --keep          leave the stack up until Ctrl-C`

const repositoryRoot = join(import.meta.dirname, '..', '..', '..', '..')
const examples = ['current-account.pdf', 'consumer-loan.pdf', 'valuation-report.pdf']

const modes: Readonly<Record<string, readonly SignerMode[]>> = {
  external: ['EXTERNAL'],
  cloud: ['CLOUD'],
  both: ['EXTERNAL', 'CLOUD'],
}

/** Relative paths count from `workingDirectory`. Throws an Error whose message is for the user. */
export function parseDemoArguments(args: readonly string[], workingDirectory: string): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      mode: { type: 'string', default: 'both' },
      file: { type: 'string', multiple: true },
      json: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
    strict: true,
    allowPositionals: false,
  })
  const absolute = (path: string) => (isAbsolute(path) ? path : join(workingDirectory, path))
  const own = values.file?.map(absolute)
  const missing = own?.find((file) => !statSync(file, { throwIfNoEntry: false })?.isFile())
  if (missing !== undefined) throw new Error(`${missing} is no file`)
  const chosen = Object.hasOwn(modes, values.mode) ? modes[values.mode] : undefined
  if (chosen === undefined) throw new Error('--mode is external, cloud or both')
  return {
    modes: chosen,
    files: own ?? examples.map((name) => join(repositoryRoot, 'examples', name)),
    ...(values.json === undefined ? {} : { json: absolute(values.json) }),
    keep: values.keep,
  }
}
