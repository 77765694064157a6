import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { readJournal, readOriginal } from '../journal.ts'
import { type Claims, readClaims } from './claims.ts'
import type { ReadOnlyDatabase } from './read-only-database.ts'
import { type Rows, readRows } from './rows.ts'

/** All that the auditor judges by. */
export interface Evidence {
  readonly claims: Claims
  readonly rows: Rows
  readonly blobs: { readonly signer: StoredBlobs; readonly orchestrator: StoredBlobs }
  /** A document as the load made it, by its SHA-256. */
  original(digest: string): Uint8Array
  /** PEM. */
  readonly trustRoot: string
}

/** The files of a service's blob store. */
export interface StoredBlobs {
  /** Sizes by name. */
  readonly sizes: ReadonlyMap<string, number>
  read(name: string): Promise<Uint8Array>
}

export interface EvidencePlaces {
  readonly dataDirectory: string
  readonly journalFolder: string
}

export async function gatherEvidence(
  database: ReadOnlyDatabase,
  { dataDirectory, journalFolder }: EvidencePlaces,
): Promise<Evidence> {
  const blobs = (service: string) => storedBlobs(join(dataDirectory, 'blobs', service))
  // The rows first: a blob that goes away meanwhile is one that they call stray.
  const rows = await readRows(database)
  return {
    claims: readClaims(readJournal(journalFolder)),
    rows,
    blobs: { signer: await blobs('signer'), orchestrator: await blobs('orchestrator') },
    original: (digest) => readOriginal(journalFolder, digest),
    trustRoot: await readFile(join(dataDirectory, 'ca', 'root.pem'), 'utf8'),
  }
}

/** What was not written to its end lies below a name that no blob has, and is cleared up on opening, a day later. */
const unfinished = '.unfinished'

async function storedBlobs(directory: string): Promise<StoredBlobs> {
  const sizes = new Map<string, number>()
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = relative(directory, path).split(sep).join('/')
    if (!name.startsWith(`${unfinished}/`)) sizes.set(name, (await stat(path)).size)
  }
  return { sizes, read: async (name) => new Uint8Array(await readFile(join(directory, ...name.split('/')))) }
}

export const sha256 = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
