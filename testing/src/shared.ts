/**
 * Vectors and corpora that lie beside the repository, in `../shared`, and not in it. A clone without them skips the
 * tests that need them, by name; where CI is true their absence is a failure, so that no run is green by omission.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'

const root = join(dirname(dirname(dirname(import.meta.dirname))), 'shared')

/** Path of a file or folder below `../shared`. It need not exist. */
export function sharedPath(...parts: readonly string[]): string {
  return join(root, ...parts)
}

/** A test that reads `../shared/<needs>`: skipped by name where that is absent, failed where CI is true. */
export function sharedTest(name: string, needs: string, body: (t: TestContext) => void | Promise<void>): void {
  const present = existsSync(sharedPath(needs))
  const skip = present || process.env.CI === 'true' ? false : `needs ../shared/${needs}`
  test(name, { skip }, async (t) => {
    if (!present) throw new Error(`../shared/${needs} is missing, and CI must not skip what needs it`)
    await body(t)
  })
}
