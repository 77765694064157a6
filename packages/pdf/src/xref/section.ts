import type { PdfDictionary } from '../syntax/objects.ts'

/** Where an object lies: in the file, in an object stream, or nowhere any more. Offsets are absolute in the file. */
export type ObjectLocation =
  | { readonly kind: 'file'; readonly offset: number; readonly generation: number }
  | { readonly kind: 'objectStream'; readonly stream: number; readonly index: number }
  | { readonly kind: 'free' }

/** One cross-reference section: what one update says about objects (7.5.4, 7.5.8). */
export interface XrefSection {
  readonly kind: 'table' | 'stream' | 'hybrid' | 'repaired'
  /** Byte of the file at which it begins. */
  readonly offset: number
  /** Byte behind its trailer dictionary, or behind its stream. */
  readonly end: number
  readonly trailer: PdfDictionary
  readonly maxObjectNumber: number
  lookup(number: number): Promise<ObjectLocation | undefined>
  /** Everything the section says. */
  entries(): Promise<ReadonlyMap<number, ObjectLocation>>
}
