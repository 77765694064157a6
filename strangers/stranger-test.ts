import { test } from 'node:test'
import { isExcused, isPresent, type ToolName, tools } from './tools.ts'

/**
 * A test that needs third parties. A missing one is a failure that names it and says how to get it; only where it is made
 * from `../shared` and that is absent is the test skipped, by name, and never where CI is true.
 */
export function strangerTest(name: string, needs: readonly ToolName[], body: () => Promise<void>): void {
  const missing = needs.filter((need) => !isPresent(tools[need]))
  const excused = missing.filter((need) => isExcused(tools[need]))
  const skip =
    excused.length > 0 ? `${excused.join(', ')} is made from ../shared, which this clone does not have` : false
  test(name, { skip }, async () => {
    if (missing.length > 0)
      throw new Error(missing.map((need) => `${need} is missing. To get it: ${tools[need].howToGet}`).join('\n'))
    await body()
  })
}
