/** What the revisions after a signature did (ISO 32000-2, 12.8.2.2.2: which changes leave a signature valid). */
import { type PdfDocument, PdfError } from '@cloudsigner/pdf'
import type { EntryIntegrity } from './entry-integrity.ts'
import type { Modifications } from './report.ts'
import { judgeRevision } from './revision-difference.ts'

const order: readonly Modifications[] = ['NONE', 'LTA_UPDATES', 'FORM_FILLING', 'OTHER']

/** Judges each revision once, however many signatures lie before it. */
export class ModificationJudge {
  readonly #document: PdfDocument
  readonly #revisions = new Map<number, Promise<Modifications | null>>()

  constructor(document: PdfDocument) {
    this.#document = document
  }

  /** The most that a later revision did; null where one was not judged, or where there are bytes that are no revision. */
  async judge({ coverage, revision }: EntryIntegrity): Promise<Modifications | null> {
    if (coverage === 'ENTIRE_FILE') return 'NONE'
    if (coverage !== 'ENTIRE_REVISION' || revision === null || this.#document.repaired !== null) return null
    const { revisions, source } = this.#document
    // What follows the last revision is no part of the document, and no reader has to agree.
    if (revisions.at(-1)?.end !== source.size) return null
    let most: Modifications = 'NONE'
    for (let index = revision + 1; index < revisions.length; index++) {
      const did = await this.#judgeOnce(index)
      if (did === null) return null
      if (order.indexOf(did) > order.indexOf(most)) most = did
    }
    return most
  }

  #judgeOnce(index: number): Promise<Modifications | null> {
    const judged = this.#revisions.get(index) ?? tryJudging(this.#document, index)
    this.#revisions.set(index, judged)
    return judged
  }
}

/** Where the objects of a revision cannot be read, nothing is said of it. */
async function tryJudging(document: PdfDocument, index: number): Promise<Modifications | null> {
  try {
    return await judgeRevision(document, index)
  } catch (error) {
    if (error instanceof PdfError) return null
    throw error
  }
}
