import type { Act, Facts, JournalLine, Told } from '../journal.ts'

/** A call of the journal and how it ended; `open`: the journal ends before it did. */
export type Attempt = Act & {
  readonly attempt: number
  readonly ended: 'acknowledged' | 'refused' | 'lost' | 'open'
  readonly facts: Facts
  /** Of a refusal. */
  readonly code: string
}

/** One HTTP exchange; status 0 where there was no answer. */
export type Exchange = Extract<JournalLine, { readonly line: 'exchange' }>

/** What the stack was asked for and what it said. */
export interface Claims {
  readonly attempts: readonly Attempt[]
  readonly exchanges: readonly Exchange[]
  /** What came to the consumer. */
  readonly callbacks: readonly Told[]
  /** Attempts of one kind. */
  of<Kind extends Act['act']>(...acts: readonly Kind[]): readonly (Attempt & { readonly act: Kind })[]
  /** Attempts on a document, by its id at the signer or at the bank: ids of the two do not meet. */
  on(documentId: string): readonly Attempt[]
}

export function readClaims(lines: readonly JournalLine[]): Claims {
  const attempts = new Map<number, Attempt>()
  for (const line of lines) {
    if (line.line === 'attempted') {
      const { line: _, at: _at, ...act } = line
      attempts.set(line.attempt, { ...act, ended: 'open', facts: {}, code: '' })
    }
    if (line.line !== 'acknowledged' && line.line !== 'refused' && line.line !== 'lost') continue
    const attempt = attempts.get(line.attempt)
    if (attempt === undefined) throw new Error(`the journal ends an attempt that it did not begin: ${line.attempt}`)
    const code = 'code' in line && line.code !== undefined ? line.code : ''
    const facts = line.line === 'acknowledged' ? line : {}
    attempts.set(line.attempt, { ...attempt, ended: line.line, facts, code })
  }
  const all = [...attempts.values()]
  const byDocument = Map.groupBy(all, (attempt) => idOf(attempt) ?? '')
  return {
    attempts: all,
    callbacks: lines.filter((line) => line.line === 'told'),
    exchanges: lines.filter((line) => line.line === 'exchange'),
    of: <Kind extends Act['act']>(...acts: readonly Kind[]) =>
      all.filter((each): each is Attempt & { readonly act: Kind } => acts.some((act) => act === each.act)),
    on: (documentId) => byDocument.get(documentId) ?? [],
  }
}

function idOf(attempt: Attempt): string | undefined {
  return 'documentId' in attempt ? attempt.documentId : attempt.facts.documentId
}
