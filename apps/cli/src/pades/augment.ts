/** `pades augment` and `pades timestamp`. */
import { augmentSignatures, timestampDocument } from '@cloudsigner/pades'
import type { Command } from './command.ts'
import { UsageError } from './failure.ts'
import { withFile, writeAppended } from './files.ts'
import { augmentOptionsOf, timestampOptionsOf } from './signing.ts'

export const augment: Command = async (options, at) => {
  const [input = '', output = ''] = options.operands('IN', 'OUT')
  const level = options.choose('level', ['B-T', 'B-LT', 'B-LTA'])
  if (level === undefined) throw new UsageError('augment needs --level')
  const augmentOptions = await augmentOptionsOf(options, level, [], at)
  const segments = await withFile(input, (source) => augmentSignatures(source, augmentOptions))
  const bytes = await writeAppended(input, output, segments)
  return {
    text: `${output}: ${level}; ${bytes} bytes appended in ${segments.length} revision(s)`,
    json: { file: output, level, segments: segments.map(({ length }) => length) },
  }
}

export const timestamp: Command = async (options) => {
  const [input = '', output = ''] = options.operands('IN', 'OUT')
  const segment = await withFile(input, (source) => timestampDocument(source, timestampOptionsOf(options)))
  await writeAppended(input, output, [segment])
  return {
    text: `${output}: time-stamped; ${segment.length} bytes appended`,
    json: { file: output, segments: [segment.length] },
  }
}
