import type { PdfDictionary } from '../syntax/objects.ts'
import type { XrefSection } from '../xref/section.ts'
import { endOfRevision } from '../xref/tail.ts'
import type { FileReader } from './file-reader.ts'

/** One revision: what one save wrote. The two sections of a linearised file, and a hybrid's table and stream, are one. */
export interface PdfRevision {
  /** Byte behind its %%EOF and the end of line that follows; null where it has none. */
  readonly end: number | null
  /** Byte of the file at which its newest cross-reference section begins. */
  readonly xrefOffset: number
  readonly xrefKind: XrefSection['kind']
  /** Of its newest section. */
  readonly trailer: PdfDictionary
}

/** A revision with its sections, newest first. */
export interface RevisionSections extends PdfRevision {
  readonly sections: readonly XrefSection[]
}

/** Groups the sections of a chain (newest first) into revisions, oldest first. */
export async function groupRevisions(
  reader: FileReader,
  chain: readonly XrefSection[],
): Promise<readonly RevisionSections[]> {
  const groups: XrefSection[][] = []
  for (const section of chain) {
    const group = groups.at(-1)
    // Annex F: in a linearised file the section that is read first lies before the one that its Prev names.
    const previous = group?.at(-1)
    if (group && previous && section.offset > previous.offset) group.push(section)
    else groups.push([section])
  }
  const revisions: RevisionSections[] = []
  for (const sections of groups.reverse()) {
    const [newest] = sections
    if (!newest) continue
    const lastByte = Math.max(...sections.map((section) => section.end))
    revisions.push({
      end: await endOfRevision(reader, lastByte),
      xrefOffset: newest.offset,
      xrefKind: newest.kind,
      trailer: newest.trailer,
      sections,
    })
  }
  return revisions
}
