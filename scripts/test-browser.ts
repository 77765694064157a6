/** `npm run test:browser`: what only a browser can judge. Skipped by name, test for test, where there is no Chromium. */
import { glob } from 'node:fs/promises'
import { repositoryRoot, run } from './run-tool.ts'

const files = process.argv.slice(2)
if (files.length === 0) {
  for await (const file of glob('test/browser/**/*.browser.ts', { cwd: repositoryRoot })) files.push(file)
  files.sort()
}
process.exitCode = await run('node', ['--test', '--test-reporter=spec', '--test-concurrency=1', ...files])
