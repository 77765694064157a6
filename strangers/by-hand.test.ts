/** The page that walks the chain by hand holds: its commands, as they stand there, with curl for the bank. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { removeAtEnd } from './lifetime.ts'
import { run } from './process.ts'
import { stack } from './stack.ts'
import { strangerTest } from './stranger-test.ts'
import { repositoryRoot } from './tools.ts'

strangerTest('docs/by-hand.md: its commands sign a document', ['curl'], async () => {
  const page = await readFile(join(repositoryRoot, 'docs', 'by-hand.md'), 'utf8')
  const commands = /```bash\n([\s\S]*?)```/.exec(page)?.[1]
  assert.ok(commands, 'the page has its commands')
  const folder = await mkdtemp(join(tmpdir(), 'by-hand-'))
  removeAtEnd(folder)
  await writeFile(join(folder, 'ready.json'), JSON.stringify(await stack()))
  for (const name of ['examples', 'node_modules']) await symlink(join(repositoryRoot, name), join(folder, name))
  const bin = join(repositoryRoot, 'node_modules', '.bin')
  const env = { PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` }
  const { code, stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', commands], { cwd: folder, env })
  assert.equal(code, 0, `${stdout}\n${stderr}`)
  assert.match(stdout, /TOTAL_PASSED/)
})
