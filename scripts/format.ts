/** Formats the tree and sorts its imports. */
import { run } from './run-tool.ts'

process.exitCode = await run('biome', ['check', '--write', '.'])
