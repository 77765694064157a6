/** The commands of a phone whose bank is the orchestrator: documents, one of them, its signature, its rejection. */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { cloudKeyAlgorithms, type SignerMode } from '@cloudsigner/contracts/cloud-mode'
import { toHex } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { type Command, type CommandContext, type CommandResult, openPhone } from './command.ts'
import { CommandError } from './command-error.ts'
import type { DeviceOptions } from './options.ts'
import type { Enrolment } from './phone.ts'
import type { ReviewedDocument } from './review-document.ts'

const modes: Readonly<Record<string, SignerMode>> = { external: 'EXTERNAL', cloud: 'CLOUD' }

export const nameOfMode = (mode: SignerMode): string => (mode === 'CLOUD' ? 'Cloud' : 'External')

/** Of `--mode` and `--key-algorithm`. */
export function enrolmentOf(options: DeviceOptions): Enrolment {
  const name = options.find('mode') ?? 'external'
  const mode = Object.hasOwn(modes, name) ? modes[name] : undefined
  if (mode === undefined) throw new CommandError('--mode is external or cloud', 2)
  const asked = options.find('key-algorithm')
  if (asked === undefined) return { mode }
  const keyAlgorithm = cloudKeyAlgorithms.find((known) => known === asked)
  if (keyAlgorithm === undefined)
    throw new CommandError(`--key-algorithm is one of ${cloudKeyAlgorithms.join(', ')}`, 2)
  if (mode === 'EXTERNAL') throw new CommandError('--key-algorithm is of --mode cloud: the phone has the key it has', 2)
  return { mode, keyAlgorithm }
}

const documents: Command = async ({ state, options }) => {
  const phone = await openPhone(state, options)
  const { documents: all } = await phone.bank(options.get('orchestrator')).listDocuments()
  const lines = all.map(({ documentId, status, name, fileName }) => `${documentId}  ${status}  ${name} (${fileName})`)
  return { text: lines.length === 0 ? 'There is no document.' : lines.join('\n'), json: { documents: all } }
}

/** Fetches the very file that would be signed, holds all that the bank says against it, and tells what it found. */
export const showDocument: Command = async (context) => {
  const { state, options } = context
  const phone = await openPhone(state, options)
  const reviewed = await phone.review(options.get('orchestrator'), documentOf(options))
  const operation = await phone.operationOf(reviewed)
  const out = options.find('out')
  if (out !== undefined) await writeFile(resolve(context.workingDirectory, out), reviewed.file)
  const { document, mode, operationId, rebuilt, certificate } = reviewed
  const lines = [
    ...describe(reviewed),
    ...(operation === null ? [] : [`Operation ${operation.id}, ${operation.status}`]),
  ]
  return {
    text: lines.join('\n'),
    json: {
      document,
      mode,
      operationId,
      messageDigest: toHex(rebuilt.messageDigest).toLowerCase(),
      certificate: certificate.subject.rfc4514,
    },
  }
}

/** Tells what is signed, then signs just that. */
export async function signAtBank(context: CommandContext): Promise<CommandResult> {
  const { state, options } = context
  const orchestrator = options.get('orchestrator')
  const phone = await openPhone(state, options)
  const reviewed = await phone.review(orchestrator, documentOf(options))
  for (const line of describe(reviewed)) context.note(line)
  const { documentId, status } = await phone.signDocument(orchestrator, reviewed)
  return { text: `Document ${documentId}: ${status}`, json: { documentId, status } }
}

export const rejectDocument: Command = async ({ state, options }) => {
  options.requirePin()
  const phone = await openPhone(state, options)
  const { documentId, status } = await phone.bank(options.get('orchestrator')).rejectDocument(documentOf(options))
  return { text: `Document ${documentId}: ${status}`, json: { documentId, status } }
}

export const bankCommands: Readonly<Record<string, Command>> = { documents }

/** `--document ID`, or the operand. */
function documentOf(options: DeviceOptions): string {
  const [operand, ...more] = options.operands
  if (more.length > 0) throw new CommandError(`${options.command} takes one document`, 2)
  return operand ?? options.get('document')
}

function describe({ document, file, mode, rebuilt, certificate }: ReviewedDocument): readonly string[] {
  const hash = nodeCrypto.digest('SHA-256', certificate.der)
  return [
    `Document ${document.name} (${document.fileName})`,
    `Digest of the document   ${toHex(rebuilt.messageDigest).toLowerCase()}`,
    `Hash of the certificate  ${toHex(hash).toLowerCase()}`,
    `Certificate of           ${certificate.subject.rfc4514}`,
    `${file.length} bytes, to be signed in ${nameOfMode(mode)} mode, until ${document.expiresAt}`,
  ]
}
