/**
 * Loaded before every test file. Where CI is true, properties are tried on the same cases every time, so that a red run
 * is about the change and not about chance; everywhere else each run looks at new cases. CLOUDSIGNER_SEED=N repeats one.
 */
import { configureGlobal } from 'fast-check'

const asked = Number(process.env.CLOUDSIGNER_SEED)
const seed = Number.isInteger(asked) && asked !== 0 ? asked : process.env.CI === 'true' ? 20261125 : undefined
if (seed !== undefined) configureGlobal({ seed })
