/** Our verdicts on the corpus beside those of EU DSS and pyHanko: they agree, or the row says why not. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { PdfError, type SignatureReport, ValidationRefusal, validateSignatures } from '@cloudsigner/pades'
import { nodeCiphers } from '@cloudsigner/pades/node'
import { bytesSource } from '@cloudsigner/pdf'
import { nodeCrypto } from '@cloudsigner/pki/node'
import { sharedPath, sharedTest } from '@cloudsigner/testing'
import { type Disagreement, disagreements, refused } from './disagreements.ts'

interface DssFile {
  readonly signatures: readonly {
    readonly fieldName: string
    readonly cryptographicallyIntact: boolean
    readonly referenceDataIntact: boolean
    readonly coversWholeDocument: boolean
  }[]
  readonly timestamps: readonly {
    readonly type: string
    readonly cryptographicallyIntact: boolean
    readonly messageImprintIntact: boolean
  }[]
  readonly error?: unknown
}
interface PyHankoSignature {
  readonly field: string
  readonly intact?: boolean
  readonly valid?: boolean
  readonly coverage?: string
  readonly error?: string
}
interface PyHankoFile {
  readonly signatures?: readonly PyHankoSignature[]
  /** What it says where strict reading refuses something. */
  readonly lax?: { readonly signatures?: readonly PyHankoSignature[] }
}

const manifest = <T>(name: string): T => JSON.parse(readFileSync(sharedPath('corpus', name), 'utf8')) as T

class Comparison {
  readonly compared = { DSS: 0, pyHanko: 0 }
  readonly unexplained: string[] = []
  readonly #used = new Set<Disagreement>()

  compare(
    file: string,
    field: string,
    judge: Disagreement['judge'],
    about: Disagreement['about'],
    theirs: unknown,
    ours: unknown,
  ) {
    this.compared[judge]++
    const row = disagreements.find(
      (one) => one.file === file && one.judge === judge && one.about === about && (one.field ?? field) === field,
    )
    if (row) this.#used.add(row)
    const agree = theirs === ours
    if (agree === (row !== undefined)) {
      this.unexplained.push(
        `${file} ${field} ${about}: ${judge} ${theirs}, ours ${ours}${row ? ', and a row too many' : ''}`,
      )
    }
  }

  get unused(): readonly Disagreement[] {
    return disagreements.filter((row) => !this.#used.has(row))
  }
}

sharedTest('the corpus: intact and covered as DSS and pyHanko say, or a row says why not', 'corpus', async (t) => {
  const dss = manifest<Readonly<Record<string, DssFile>>>('manifest.dss.json')
  const pyHanko = manifest<{ readonly files: Readonly<Record<string, PyHankoFile>> }>('manifest.pyhanko.json').files
  const comparison = new Comparison()
  const codes: Record<string, string> = {}
  for (const [file, judged] of Object.entries(dss)) {
    const ours = await validateFile(file)
    if (typeof ours === 'string') {
      codes[file] = ours
      continue
    }
    const theirs = pyHanko[file]
    for (const report of ours) {
      compareWithDss(comparison, file, report, judged)
      comparePyHanko(comparison, file, report, theirs?.lax?.signatures ?? theirs?.signatures ?? [])
    }
    compareTimestamps(comparison, file, ours, judged)
    for (const { fieldName } of judged.signatures) {
      comparison.compare(
        file,
        fieldName,
        'DSS',
        'found',
        true,
        ours.some(({ field }) => field === fieldName),
      )
    }
  }
  assert.deepEqual(comparison.unexplained, [])
  assert.deepEqual(comparison.unused, [])
  assert.deepEqual(codes, refused)
  t.diagnostic(`verdicts compared: ${comparison.compared.DSS} of DSS, ${comparison.compared.pyHanko} of pyHanko`)
  assert.ok(comparison.compared.DSS > 300 && comparison.compared.pyHanko > 300)
})

/** A refusal's code, or the reports. Anything else that is thrown is a fault of ours. */
async function validateFile(file: string): Promise<readonly SignatureReport[] | string> {
  const source = bytesSource(new Uint8Array(readFileSync(sharedPath('corpus', file))))
  try {
    const options = {
      trustAnchors: [],
      at: new Date('2026-11-01T00:00:00Z'),
      revocation: 'soft',
      crypto: nodeCrypto,
      reading: { decryption: { ciphers: nodeCiphers } },
    } as const
    const { signatures } = await validateSignatures(source, options)
    // Nobody is trusted here.
    assert.ok(signatures.every(({ indication }) => indication !== 'TOTAL_PASSED'))
    return signatures
  } catch (error) {
    if (error instanceof PdfError || error instanceof ValidationRefusal) return error.code
    throw new Error(`validating ${file}`, { cause: error })
  }
}

function compareWithDss(comparison: Comparison, file: string, report: SignatureReport, judged: DssFile): void {
  const theirs = judged.signatures.filter(({ fieldName }) => fieldName === report.field)
  // One value in two fields is two reports of ours and one of DSS.
  for (const one of theirs.slice(0, 1)) {
    const intact = one.cryptographicallyIntact && one.referenceDataIntact
    comparison.compare(file, report.field, 'DSS', 'intact', intact, report.intact)
    comparison.compare(
      file,
      report.field,
      'DSS',
      'coverage',
      one.coversWholeDocument,
      report.coverage === 'ENTIRE_FILE',
    )
  }
}

/** DSS names no field of a document time-stamp; both lists are oldest first. */
function compareTimestamps(
  comparison: Comparison,
  file: string,
  reports: readonly SignatureReport[],
  judged: DssFile,
): void {
  const theirs = judged.timestamps.filter(({ type }) => type === 'DOCUMENT_TIMESTAMP')
  const ours = reports.filter(({ type }) => type === 'DocTimeStamp')
  if (theirs.length !== ours.length) return
  for (const [index, one] of theirs.entries()) {
    const intact = one.cryptographicallyIntact && one.messageImprintIntact
    comparison.compare(file, ours[index]?.field ?? '', 'DSS', 'intact', intact, ours[index]?.intact)
  }
}

function comparePyHanko(
  comparison: Comparison,
  file: string,
  report: SignatureReport,
  theirs: readonly PyHankoSignature[],
): void {
  const [one] = theirs.filter(({ field }) => field === report.field)
  if (one === undefined || one.error !== undefined) return
  comparison.compare(file, report.field, 'pyHanko', 'intact', one.intact === true && one.valid === true, report.intact)
  comparison.compare(file, report.field, 'pyHanko', 'coverage', one.coverage, report.coverage)
}
