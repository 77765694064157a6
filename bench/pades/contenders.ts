import { createHash, hash } from 'node:crypto'
import { bytesSource, embedSignature, type IncrementalHash, prepareSignature } from '@cloudsigner/pades'
import { zlibInflate } from '@cloudsigner/pades/node'
import { nodeCrypto } from '@cloudsigner/pki/node'
import type { Contender } from '../measure.ts'
import type { Identity } from './identity.ts'

export const signingTime = new Date('2026-11-25T12:00:00Z')

/** A PAdES B-B signature, whole: file in memory to signed segment. */
export function ours(file: Uint8Array, identity: Identity): Contender {
  return { name: 'ours', run: async () => void (await signOurs(file, identity)) }
}

/** As ours, but the file's digest is running already, as it does after an upload. */
export function oursAfterDigest(file: Uint8Array, identity: Identity): Contender {
  const digestOfSource = nodeCrypto.createHash('SHA-256')
  digestOfSource.update(file)
  return { name: 'after digest', run: async () => void (await signOurs(file, identity, digestOfSource)) }
}

/** The segment to append. */
export async function signOurs(
  file: Uint8Array,
  identity: Identity,
  digestOfSource?: IncrementalHash,
): Promise<Uint8Array> {
  const { certificate, chain } = identity
  const { plan, signedAttributes } = await prepareSignature(bytesSource(file), {
    certificate,
    chain,
    signingTime,
    crypto: nodeCrypto,
    inflate: zlibInflate,
    ...(digestOfSource && { digestOfSource }),
  })
  return embedSignature(plan, identity.sign(signedAttributes), { crypto: nodeCrypto })
}

/** What no signer of any kind can do without: a copy of the file, its SHA-256, one P-256 signature. */
export function floor(file: Uint8Array, identity: Identity): Contender {
  return {
    name: 'floor',
    run() {
      const copy = new Uint8Array(file)
      identity.sign(hash('sha256', copy, 'buffer'))
    },
  }
}

/** One pass of SHA-256 over the file. */
export function digestAlone(file: Uint8Array): Contender {
  return { name: 'SHA-256', run: () => void createHash('sha256').update(file).digest() }
}
