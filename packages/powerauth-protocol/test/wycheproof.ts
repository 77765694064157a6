/** Reads a file of Wycheproof: its groups, each with its tests. */
import { readFileSync } from 'node:fs'
import { sharedPath } from '@cloudsigner/testing'

export interface WycheproofTest {
  readonly tcId: number
  readonly comment: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly flags: readonly string[]
  readonly [member: string]: unknown
}

export interface WycheproofGroup {
  readonly type: string
  readonly tests: readonly WycheproofTest[]
  readonly [member: string]: unknown
}

export function readWycheproof(name: string): readonly WycheproofGroup[] {
  return JSON.parse(readFileSync(sharedPath('vectors/wycheproof', `${name}_test.json`), 'utf8')).testGroups
}

export function hex(value: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(String(value), 'hex'))
}
