/** What a person reads: a block a file, a few lines a signature. */
import type { SignatureReport, TimestampReport } from '@cloudsigner/pades'
import { type FileReport, passes } from './file-report.ts'

const LABEL_WIDTH = 14

export function fileTable(report: FileReport): string {
  const head = `${passes(report) ? '✔' : '✘'} ${printable(report.file)}\n`
  if (report.error !== undefined) {
    const { code, message, offset } = report.error
    return `${head}${row('error', `${code}: ${message}${offset === undefined ? '' : ` (byte ${offset})`}`)}\n`
  }
  if (report.signatures.length === 0) return `${head}${row('', 'no signatures')}\n`
  return `${head}${report.signatures.map(signatureBlock).join('\n')}\n`
}

function signatureBlock(signature: SignatureReport): string {
  const { indication, subIndication, level, subFilter, coverage, modifications, intact } = signature
  const rows: readonly (readonly [string, string | null])[] = [
    [signature.type === 'Sig' ? 'signature' : 'time-stamp', signature.field],
    ['indication', subIndication === null ? indication : `${indication} / ${subIndication}`],
    ['signer', signature.signer],
    ['signed', signature.signingTime === null ? null : `${signature.signingTime} (claimed)`],
    ['proven', signature.bestSignatureTime],
    ['format', [level, subFilter].filter((part) => part !== null).join(', ')],
    ['intact', intact === null ? 'not judged' : intact ? 'yes' : 'NO'],
    ['covers', `${coverage}; later changes: ${modifications ?? 'not judged'}`],
    ...signature.timestamps.map((timestamp) => ['time-stamp', timestampLine(timestamp)] as const),
    ...signature.warnings.map(({ code, message }) => ['warning', `${code}: ${message}`] as const),
  ]
  return rows.flatMap(([label, text]) => (text === null ? [] : [row(label, text)])).join('')
}

function timestampLine({ type, time, authority, indication, subIndication }: TimestampReport): string {
  const verdict = subIndication === null ? indication : `${indication} / ${subIndication}`
  return `${type} ${time ?? 'unreadable'} by ${authority ?? 'unknown'}: ${verdict}`
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${printable(text)}\n`
}

/** Names come from the file: control characters must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{FFFD}')
}
