import { type FileReader, indexOfText, lastIndexOfText } from '../document/file-reader.ts'
import { PdfError } from '../errors.ts'
import { Lexer } from '../syntax/lexer.ts'

/** 7.5.5 puts startxref at the very end; readers look for it in the last kilobyte, and this one further for junk behind it. */
const tailBytes = 1024
const longTailBytes = 64 * 1024

/** The header (7.5.2): where it is and the version that it names. */
export async function readHeader(reader: FileReader): Promise<{ offset: number; version: string | null }> {
  const { bytes } = await reader.window(0, 1024)
  const offset = indexOfText(bytes, '%PDF-')
  if (offset < 0) throw new PdfError('not_a_pdf', 0)
  const version = /^\d\.\d/.exec(String.fromCharCode(...bytes.subarray(offset + 5, offset + 8)))
  return { offset, version: version?.[0] ?? null }
}

/**
 * The offset that the last startxref gives. PdfError 'truncated' where the end of the file shows neither startxref
 * nor %%EOF, 'startxref_missing' where it shows only the latter.
 */
export async function readStartxref(reader: FileReader): Promise<number> {
  const found = (await lastStartxref(reader, tailBytes)) ?? (await lastStartxref(reader, longTailBytes))
  if (found === null) throw new PdfError('truncated', reader.size)
  return found
}

async function lastStartxref(reader: FileReader, length: number): Promise<number | null> {
  const start = Math.max(0, reader.size - length)
  const window = await reader.window(start, length)
  const at = lastIndexOfText(window.bytes, 'startxref')
  const endOfFile = lastIndexOfText(window.bytes, '%%EOF')
  if (at < 0) {
    if (endOfFile >= 0) throw new PdfError('startxref_missing', start + endOfFile)
    return null
  }
  const lexer = new Lexer(window, at + 'startxref'.length)
  lexer.skipWhitespace()
  const offset = lexer.unsigned()
  if (offset === null) throw new PdfError('startxref_missing', start + at, 'startxref is followed by no offset')
  if (endOfFile < at && lexer.offset === reader.size) throw new PdfError('truncated', reader.size)
  return offset
}

/** Byte behind the first %%EOF at or after `from`, and behind the end of line that follows it; null where there is none nearby. */
export async function endOfRevision(reader: FileReader, from: number): Promise<number | null> {
  const { bytes, base } = await reader.window(from, tailBytes)
  const at = indexOfText(bytes, '%%EOF')
  if (at < 0) return null
  let end = at + 5
  if (bytes[end] === 0x0d) end++
  if (bytes[end] === 0x0a) end++
  return base + end
}
