import { makePdf, plainObjects } from '@cloudsigner/testing'
import type { Chance } from '../random.ts'

/** A PDF like no other, of up to 60 KB: with an xref table or an xref stream. */
export function makeDocument(chance: Chance): Uint8Array<ArrayBuffer> {
  const noise = Buffer.from(chance.bytes(Math.floor(chance.between(16, 30_000)))).toString('hex')
  const stream = `<</Length ${noise.length}>>\nstream\n${noise}\nendstream`
  return new Uint8Array(makePdf([...plainObjects, stream], { kind: chance.pick(['table', 'stream']) }))
}
