/** What only Node has: files, a faster inflate, and OpenSSL's ciphers. */
import { createCipheriv, createDecipheriv, hash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { inflateSync } from 'node:zlib'
import { PdfError } from './errors.ts'
import type { Inflate } from './filters/inflate.ts'
import type { PdfCiphers } from './security/ciphers.ts'
import { checkRange, type PdfSource } from './source.ts'

/** A file on disk; `close()` when done. */
export interface FileSource extends PdfSource {
  close(): Promise<void>
}

export async function fileSource(path: string): Promise<FileSource> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const readInto = (offset: number, target: Uint8Array) => fill(handle, size, offset, target)
    const read = async (offset: number, length: number) => {
      checkRange(size, offset, length)
      const bytes = new Uint8Array(length)
      await readInto(offset, bytes)
      return bytes
    }
    return { size, read, readInto, close: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function fill(handle: FileHandle, size: number, offset: number, target: Uint8Array): Promise<void> {
  checkRange(size, offset, target.length)
  let filled = 0
  while (filled < target.length) {
    const { bytesRead } = await handle.read(target, filled, target.length - filled, offset + filled)
    if (bytesRead === 0) throw new PdfError('source_truncated', offset + filled)
    filled += bytesRead
  }
}

/** Node's zlib: no stream machinery, and tolerant of what follows the compressed data. */
export const zlibInflate: Inflate = async (data, limit) => {
  try {
    return inflateSync(data, { maxOutputLength: limit })
  } catch (error) {
    if (error instanceof RangeError) throw new PdfError('stream_size_limit', null)
    throw new PdfError('filter_invalid', null, undefined, error)
  }
}

const opensslDigests = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const
const aesCbc = (key: Uint8Array): string => `aes-${key.length * 8}-cbc`

/** Node's OpenSSL, for encrypted documents. */
export const nodeCiphers: PdfCiphers = {
  digest: (algorithm, bytes) => new Uint8Array(hash(opensslDigests[algorithm], bytes, 'buffer')),
  encryptAesCbc: (key, iv, data) =>
    new Uint8Array(createCipheriv(aesCbc(key), key, iv).setAutoPadding(false).update(data)),
  decryptAesCbc: (key, iv, data) =>
    new Uint8Array(createDecipheriv(aesCbc(key), key, iv).setAutoPadding(false).update(data)),
}
