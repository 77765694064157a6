import { makePdf, plainObjects } from '@cloudsigner/testing'
import { sha256 } from '../audit/evidence.ts'
import type { Chance } from '../random.ts'

export interface NewDocument {
  /** Of this upload alone. */
  readonly name: string
  /** SHA-256 of `bytes`, hex. */
  readonly original: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A PDF like no other, of up to 60 KB: with an xref table or an xref stream. */
export function makeDocument(name: string, chance: Chance): NewDocument {
  const noise = Buffer.from(chance.bytes(Math.floor(chance.between(16, 30_000)))).toString('hex')
  const stream = `<</Length ${noise.length}>>\nstream\n${noise}\nendstream`
  const bytes = new Uint8Array(makePdf([...plainObjects, stream], { kind: chance.pick(['table', 'stream']) }))
  return { name, original: sha256(bytes), bytes }
}
