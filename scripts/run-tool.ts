import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'

export const repositoryRoot = dirname(import.meta.dirname)

/** Runs a development tool of the lockfile in the repository's root; resolves with its exit code. */
export function run(tool: string, args: readonly string[]): Promise<number> {
  const child = spawn(join(repositoryRoot, 'node_modules', '.bin', tool), args, {
    cwd: repositoryRoot,
    stdio: 'inherit',
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
