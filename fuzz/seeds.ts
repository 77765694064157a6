import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { encryptedByQpdf, makePdf, plainObjects, sharedPath } from '@cloudsigner/testing'

/** The corpus beside the repository where it is there, and files made by hand; up to so many bytes each. */
export function readSeeds(maxBytes: number): readonly Uint8Array[] {
  const byHand = [makePdf(), makePdf(plainObjects, { kind: 'stream' })]
  const encrypted = Object.values(encryptedByQpdf).map((base64) => Uint8Array.fromBase64(base64))
  return [...byHand, ...encrypted, ...corpus('pyhanko'), ...corpus('dss')].filter(({ length }) => length <= maxBytes)
}

function corpus(folder: string): readonly Uint8Array[] {
  const path = sharedPath('corpus', folder)
  try {
    return readdirSync(path)
      .filter((name) => name.endsWith('.pdf'))
      .sort()
      .map((name) => new Uint8Array(readFileSync(join(path, name))))
  } catch {
    return []
  }
}
