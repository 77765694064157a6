/** What all the strangers' tests of a run share, made once when first asked for and ended when the last test has run. */
import { rm } from 'node:fs/promises'
import { after } from 'node:test'

const endings: (() => Promise<void>)[] = []

// Last made, first ended: a client goes before the stack that it talks to.
after(async () => {
  const failures: unknown[] = []
  for (const end of endings.toReversed()) await end().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw new AggregateError(failures, `ending: ${failures.map(String).join('; ')}`)
})

/** What `make` gives, made at the first call. A failure is remembered too, so every test that needs it says the same. */
export function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => {
    made ??= make()
    return made
  }
}

export function atEnd(end: () => Promise<void>): void {
  endings.push(end)
}

export function removeAtEnd(folder: string): void {
  atEnd(() => rm(folder, { recursive: true, force: true }))
}
