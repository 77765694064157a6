/** Documents that were read to their last page in this sitting, as what was shown: these bytes, and no others, get signed. */
import { signal } from '@preact/signals'
import type { OpenedDocument } from '../phone/documents.ts'

export class Reviews {
  /** By document, in the order of reading. */
  readonly read = signal<ReadonlyMap<string, OpenedDocument>>(new Map())

  add(opened: OpenedDocument): void {
    this.read.value = new Map([...this.read.value, [opened.document.documentId, opened]])
  }

  remove(documentId: string): void {
    this.read.value = new Map([...this.read.value].filter(([id]) => id !== documentId))
  }
}
