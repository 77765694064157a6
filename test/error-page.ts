/**
 * The page of error codes, made of the tables that the services answer by. Run directly it writes `docs/errors.md`; a test
 * holds that the page in the tree is the one that this makes.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mobileTokenErrors } from '@cloudsigner/contracts/mobile-token'
import { orchestratorProblems } from '@cloudsigner/contracts/orchestrator'
import { privateErrors } from '@cloudsigner/contracts/powerauth-private'
import { publicErrors } from '@cloudsigner/contracts/powerauth-public'
import { signerProblems } from '@cloudsigner/contracts/signer'
import { repositoryRoot } from './tree.ts'

export const errorPage = 'docs/errors.md'

type Row = readonly (string | number)[]

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.join(' | ')} |\n`
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('')
}

export function renderErrorPage(): string {
  const signer = Object.entries(signerProblems).map(([code, { statuses, when }]) => [code, statuses.join(' / '), when])
  const orchestrator = Object.entries(orchestratorProblems).map(([code, { status, when }]) => [code, status, when])
  const privateApi = Object.entries(privateErrors).map(([code, text]) => [code, text])
  const publicApi = Object.entries(publicErrors).map(([code, status]) => [code, status])
  const mobileToken = Object.entries(mobileTokenErrors).map(([code, { status, when }]) => [code, status, when])
  return `# Error codes

Made of the tables that the services answer by; \`node test/error-page.ts\` writes it anew. Bad input is never a 500.

## CloudSigner Server

Body: \`{"status":"ERROR","responseObject":{"code","message"}}\`; the message is a sentence for people, the code is for programs.

${table(['code', 'HTTP', 'when'], signer)}
## Orchestrator

The same body.

${table(['code', 'HTTP', 'when'], orchestrator)}
## PowerAuth, public API: what phones call

The same body; the HTTP status is the usual one.

${table(['code', 'HTTP'], publicApi)}
## PowerAuth, mobile token API: operations

The same body.

${table(['code', 'HTTP', 'when'], mobileToken)}
## PowerAuth, private API

HTTP 400, and 401 for credentials; the same body with \`localizedMessage\` beside the message.

${table(['code', 'text'], privateApi)}
## CA

EJBCA's: \`{"error_code","error_message"}\`, where \`error_code\` is the HTTP status.
`
}

if (process.argv[1] === import.meta.filename) await writeFile(join(repositoryRoot, errorPage), renderErrorPage())
