/** `npm test`: types and lint, then every test that npm alone can provide. Arguments are test files to run alone. */
import { glob } from 'node:fs/promises'
import { repositoryRoot, run } from './run-tool.ts'

const asked = process.argv.slice(2)
const failedCheck =
  asked.length > 0 ? 0 : (await run('tsc', ['-p', '.'])) || (await run('biome', ['check', '--error-on-warnings', '.']))
if (failedCheck) process.exit(failedCheck)

const files = asked
if (files.length === 0) {
  for await (const file of glob('{packages,services,apps}/*/test/**/*.test.ts', { cwd: repositoryRoot }))
    files.push(file)
  for await (const file of glob('test/**/*.test.ts', { cwd: repositoryRoot })) files.push(file)
  files.sort()
}
process.exitCode = await run('node', [
  '--test',
  '--test-reporter=spec',
  '--import',
  './scripts/property-seed.ts',
  '--test-concurrency=2',
  ...files,
])
