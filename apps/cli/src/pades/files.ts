import { copyFile, open, rename, rm } from 'node:fs/promises'
import type { PdfSource } from '@cloudsigner/pades'
import { fileSource } from '@cloudsigner/pades/node'

/** Works on an open file, and closes it. */
export async function withFile<Result>(path: string, work: (source: PdfSource) => Promise<Result>): Promise<Result> {
  const source = await fileSource(path)
  try {
    return await work(source)
  } finally {
    await source.close()
  }
}

/** The input and then the segments, at once or not at all: whoever reads the output sees no half of it. The two may be one file. */
export async function writeAppended(input: string, output: string, segments: readonly Uint8Array[]): Promise<number> {
  const unfinished = `${output}.unfinished-${process.pid}`
  try {
    await copyFile(input, unfinished)
    const file = await open(unfinished, 'a')
    try {
      for (const segment of segments) await file.appendFile(segment)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, output)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
  return segments.reduce((sum, { length }) => sum + length, 0)
}
