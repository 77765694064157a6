/** One file's line of output. */
import { readFile } from 'node:fs/promises'
import { type SignatureReport, ValidationRefusal, validateSignatures } from '@cloudsigner/pades'
import { PdfError } from '@cloudsigner/pdf'
import { fileSource, nodeCiphers, zlibInflate } from '@cloudsigner/pdf/node'
import { pemBlocks, type RevocationFetcher } from '@cloudsigner/pki'
import { nodeCrypto } from '@cloudsigner/pki/node'
import type { ValidateArguments } from './arguments.ts'

/** Where a file cannot be read, it has no signatures and an error. */
export interface FileReport {
  readonly file: string
  readonly signatures: readonly SignatureReport[]
  readonly error?: FileError
}

export interface FileError {
  /** A code of PdfError or ValidationRefusal, or `file_unreadable` for what the operating system says. */
  readonly code: string
  readonly message: string
  /** Byte of the file. */
  readonly offset?: number
}

export interface ReportOptions extends Pick<ValidateArguments, 'revocation'> {
  /** Of encrypted files; default the empty one. */
  readonly password?: string
  /** DER. */
  readonly trustAnchors: readonly Uint8Array[]
  readonly fetchRevocation: RevocationFetcher | undefined
  readonly at: Date
}

export async function reportFile(file: string, options: ReportOptions): Promise<FileReport> {
  try {
    const source = await fileSource(file)
    try {
      const reading = { inflate: zlibInflate, decryption: { ciphers: nodeCiphers, password: options.password ?? '' } }
      const { signatures } = await validateSignatures(source, { ...options, reading, crypto: nodeCrypto })
      return { file, signatures }
    } finally {
      await source.close()
    }
  } catch (error) {
    return { file, signatures: [], error: fileError(error) }
  }
}

/** Throws what is not the file's fault: a bug of ours must not look like a broken PDF. */
function fileError(error: unknown): FileError {
  if (error instanceof PdfError) {
    return { code: error.code, message: error.message, ...(error.offset === null ? {} : { offset: error.offset }) }
  }
  if (error instanceof ValidationRefusal) return { code: error.code, message: error.message }
  if (error instanceof Error && 'syscall' in error) return { code: 'file_unreadable', message: error.message }
  throw error
}

/** DER of every certificate of the PEM files. Throws an Error, for the user, where a file has none. */
export async function readTrustAnchors(files: readonly string[]): Promise<readonly Uint8Array[]> {
  const anchors: Uint8Array[] = []
  for (const file of files) {
    const certificates = pemBlocks(await readFile(file, 'utf8'), 'CERTIFICATE')
    if (certificates.length === 0) throw new Error(`${file} holds no PEM certificate`)
    anchors.push(...certificates)
  }
  return anchors
}

/** True where there is a signature, and each is TOTAL_PASSED. */
export function passes({ signatures, error }: FileReport): boolean {
  return error === undefined && signatures.length > 0 && signatures.every((one) => one.indication === 'TOTAL_PASSED')
}
