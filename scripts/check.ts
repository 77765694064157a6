/** Types and lint alone. */
import { run } from './run-tool.ts'

process.exitCode = (await run('tsc', ['-p', '.'])) || (await run('biome', ['check', '--error-on-warnings', '.']))
