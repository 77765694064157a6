/** `cloudsigner validate`: what the signatures of PDF files are worth. */
import { parseValidateArguments, type ValidateArguments, validateUsage } from './arguments.ts'
import { passes, readTrustAnchors, reportFile } from './file-report.ts'
import { revocationClient } from './revocation-client.ts'
import { fileTable } from './table.ts'

export interface ValidateIo {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  /** The moment of the validation; now where left out. */
  readonly now?: () => Date
}

const EXIT_PASSED = 0
const EXIT_NOT_PASSED = 1
const EXIT_USAGE = 2

/** Exit status: 0 every file has signatures and each is TOTAL_PASSED, 1 otherwise, 2 wrong usage. */
export async function runValidate(args: readonly string[], io: ValidateIo): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    io.stdout.write(validateUsage)
    return EXIT_PASSED
  }
  const prepared = await prepare(args)
  if (prepared instanceof Error) {
    io.stderr.write(`cloudsigner validate: ${prepared.message}\n\n${validateUsage}`)
    return EXIT_USAGE
  }
  const { options, trustAnchors } = prepared
  const { allowPrivateAddresses, online, revocation, password } = options
  const fetchRevocation = online ? revocationClient({ allowPrivateAddresses }) : undefined
  let allPassed = true
  for (const file of options.files) {
    const at = io.now?.() ?? new Date()
    const report = await reportFile(file, { trustAnchors, fetchRevocation, revocation, password, at })
    allPassed &&= passes(report)
    io.stdout.write(options.json ? `${JSON.stringify(report)}\n` : fileTable(report))
  }
  return allPassed ? EXIT_PASSED : EXIT_NOT_PASSED
}

async function prepare(
  args: readonly string[],
): Promise<{ options: ValidateArguments; trustAnchors: readonly Uint8Array[] } | Error> {
  try {
    const options = parseValidateArguments(args)
    return { options, trustAnchors: await readTrustAnchors(options.trust) }
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}
