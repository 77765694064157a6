/**
 * `npm run test:strangers`: the genuine third parties against the running stack. All tests run in one process, so that
 * they share one stack, one PowerAuth client and one DSS. Arguments are test files to run alone.
 */
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../scripts/run-tool.ts'
import { isExcused, isPresent, repositoryRoot, type Tool, tools } from './tools.ts'

const missing = Object.entries<Tool>(tools).filter(([, tool]) => !isPresent(tool))
for (const [name, tool] of missing)
  process.stdout.write(`${name} is missing${isExcused(tool) ? ' (skipped)' : ''}. To get it: ${tool.howToGet}\n`)

const files = process.argv.slice(2)
if (files.length === 0)
  for await (const file of glob('strangers/*.test.ts', { cwd: repositoryRoot })) files.push(join(repositoryRoot, file))

process.exitCode = await run('node', ['--test', '--test-isolation=none', '--test-reporter=spec', ...files.sort()])
