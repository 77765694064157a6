/**
 * What one revision did to the one before it. Every object that it wrote anew or changed has to be explained: by the
 * document security store, by a signature field or a document time-stamp with what belongs to it, or by metadata. The
 * whole document is then walked as it stands after the revision; should the walk meet such an object on any other way
 * than the one that explains it, content could have changed by it, and the revision is OTHER. That finds too what
 * shadow attacks prepare before signing: references to objects that do not exist yet, objects used in two places.
 */
import {
  isArray,
  isName,
  PdfDictionary,
  type PdfDocument,
  type PdfObject,
  PdfReference,
  type PdfView,
} from '@cloudsigner/pdf'
import { lost, objectOf, pushChildren } from './object-graph.ts'
import type { Modifications } from './report.ts'
import { differingKeys, sameObject, sameValue } from './same-object.ts'

/** Objects that one walk may visit; a document with more is not judged. */
const MAX_VISITS = 200_000

class Unexplained extends Error {
  override readonly name = 'Unexplained'
}
class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

/** What revision `index` did to the one before it; null where the document has more than `maxVisits` objects to look at. */
export async function judgeRevision(
  document: PdfDocument,
  index: number,
  maxVisits = MAX_VISITS,
): Promise<Modifications | null> {
  const difference = new RevisionDifference(document, index, maxVisits)
  try {
    return await difference.judge()
  } catch (error) {
    if (error instanceof Unexplained) return 'OTHER'
    if (error instanceof TooLarge) return null
    throw error
  }
}

class RevisionDifference {
  readonly #document: PdfDocument
  readonly #index: number
  readonly #before: PdfView
  readonly #after: PdfView
  /** Numbers that this revision changed or made, and those among them that were not there before. */
  readonly #changed = new Set<number>()
  readonly #made = new Set<number>()
  /** Objects that may change where they are: of the store, metadata, information dictionary. */
  readonly #replaceable = new Set<number>()
  readonly #frozenSeen = new Set<number>()
  readonly #freeSeen = new Set<number>()
  #addsSignature = false
  readonly #maxVisits: number
  #visits = 0

  constructor(document: PdfDocument, index: number, maxVisits: number) {
    this.#maxVisits = maxVisits
    this.#document = document
    this.#index = index
    this.#before = document.atRevision(index - 1)
    this.#after = document.atRevision(index)
  }

  async judge(): Promise<Modifications> {
    await this.#collectChanges()
    const [oldTrailer, trailer] = [this.#before.trailer, this.#after.trailer]
    // A document whose catalog is another object is another document.
    if (!sameValue(oldTrailer.get('Root'), trailer.get('Root'))) throw new Unexplained()
    if (!sameValue(oldTrailer.get('Encrypt'), trailer.get('Encrypt'))) throw new Unexplained()
    await this.#allowReplacing(oldTrailer.get('Info'))
    await this.#judgeCatalog(trailer.get('Root'))
    for (const [key, value] of trailer.entries()) {
      if (key === 'Info') await this.#walkFree(value)
      else if (key !== 'Root') await this.#walkFrozen(value)
    }
    return this.#addsSignature ? 'FORM_FILLING' : 'LTA_UPDATES'
  }

  async #collectChanges(): Promise<void> {
    for (const [number, location] of await this.#document.revisionEntries(this.#index)) {
      this.#count()
      const [a, b] = [await objectOf(this.#before, number), await objectOf(this.#after, number)]
      if (location.kind === 'free') {
        // An object that is taken away is a change where it was something.
        if (a !== null) throw new Unexplained()
        continue
      }
      if (a === null) this.#made.add(number)
      if (!(await sameObject(a, this.#before, b, this.#after))) this.#changed.add(number)
    }
  }

  async #judgeCatalog(root: PdfObject | undefined): Promise<void> {
    const [old, present] = [await this.#before.catalog(), await this.#after.catalog()]
    if (root instanceof PdfReference) this.#frozenSeen.add(root.number)
    const changes = differingKeys(old, present)
    // Extensions declares what ETSI or ISO extension is used; Version may only grow, and neither shows anything.
    const allowed = ['DSS', 'AcroForm', 'Extensions', 'Version', 'Metadata']
    if (changes.some((key) => !allowed.includes(key)) || lost(old, present, 'AcroForm')) throw new Unexplained()
    await this.#allowReplacing(old.get('DSS'))
    if (old.get('Metadata') instanceof PdfReference) await this.#allowReplacing(old.get('Metadata'))
    for (const [key, value] of present.entries()) {
      if (key === 'AcroForm') await this.#judgeForm(old.get(key), value)
      else if (key === 'DSS' || key === 'Metadata' || key === 'Extensions') await this.#walkFree(value)
      else await this.#walkFrozen(value)
    }
  }

  /** Table 224: only new signature fields at the end of Fields, and the flags that say so. */
  async #judgeForm(oldValue: PdfObject | undefined, value: PdfObject): Promise<void> {
    const [old, form] = [await this.#before.resolveDictionary(oldValue), await this.#after.resolveDictionary(value)]
    if (form === null) throw new Unexplained()
    if (value instanceof PdfReference) {
      if (oldValue instanceof PdfReference && !sameValue(oldValue, value)) throw new Unexplained()
      this.#frozenSeen.add(value.number)
    }
    const changes = differingKeys(old ?? new PdfDictionary(), form)
    // DA is a default for text of new fields; one that was there speaks for those that are there.
    const allowed = old?.has('DA') ? ['Fields', 'SigFlags', 'DR'] : ['Fields', 'SigFlags', 'DR', 'DA']
    if (changes.some((key) => !allowed.includes(key))) throw new Unexplained()
    if (old !== null && lost(old, form, 'Fields', 'SigFlags', 'DR')) throw new Unexplained()
    for (const [key, item] of form.entries()) {
      if (key === 'Fields') await this.#judgeAppended(old?.get(key), item)
      else if (key === 'DR') await this.#judgeGrown(old?.get(key), item, 2)
      else await this.#walkFrozen(item)
    }
  }

  /** Resources (7.8.3) that only grew: by categories, and by names within a category. */
  async #judgeGrown(oldValue: PdfObject | undefined, value: PdfObject, levels: number): Promise<void> {
    if (oldValue === undefined) return this.#walkFree(value)
    const [old, present] = [await this.#before.resolveDictionary(oldValue), await this.#after.resolveDictionary(value)]
    if (levels === 0 || old === null || present === null) {
      if (!sameValue(oldValue, value)) throw new Unexplained()
      return this.#walkFrozen(value)
    }
    if ([...old.keys()].some((key) => !present.has(key))) throw new Unexplained()
    if (value instanceof PdfReference) this.#frozenSeen.add(value.number)
    for (const [key, item] of present.entries()) await this.#judgeGrown(old.get(key), item, levels - 1)
  }

  /** An array that only grew: what was there stays, in its order, and each addition is a new signature field or widget. */
  async #judgeAppended(oldValue: PdfObject | undefined, value: PdfObject): Promise<void> {
    const old = (await this.#before.resolveArray(oldValue)) ?? []
    const present = await this.#after.resolveArray(value)
    if (present === null || present.length < old.length) throw new Unexplained()
    if (value instanceof PdfReference) this.#frozenSeen.add(value.number)
    for (const [index, item] of present.entries()) {
      if (index < old.length && !sameValue(old[index], item)) throw new Unexplained()
      if (index < old.length) await this.#walkFrozen(item)
      else await this.#judgeNewField(item)
    }
  }

  async #judgeNewField(value: PdfObject): Promise<void> {
    const field = await this.#after.resolveDictionary(value)
    if (!(value instanceof PdfReference) || field === null || !this.#made.has(value.number)) throw new Unexplained()
    // A widget that is not its own field inherits from it (12.7.4.1).
    const owner = field.has('FT') ? field : await this.#after.resolveDictionary(field.get('Parent'))
    if (!isName(await this.#after.resolve(owner?.get('FT')), 'Sig')) throw new Unexplained()
    await this.#noteSignature(owner ?? field)
    await this.#walkFree(value)
  }

  async #noteSignature(field: PdfDictionary): Promise<void> {
    const signature = await this.#after.resolveDictionary(field.get('V'))
    if (!isName(signature?.get('Type'), 'DocTimeStamp')) this.#addsSignature = true
  }

  /** A changed object that the walk meets where nothing explains it, but for the two kinds that signing changes. */
  async #judgeChanged(reference: PdfReference): Promise<void> {
    const [old, present] = await Promise.all([this.#before.getObject(reference), this.#after.getObject(reference)])
    if (!(old instanceof PdfDictionary) || !(present instanceof PdfDictionary))
      return this.#judgeChangedArray(old, present)
    const changes = differingKeys(old, present)
    if (isName(old.get('Type'), 'Page') && changes.every((key) => key === 'Annots') && !lost(old, present, 'Annots')) {
      for (const [key, value] of present.entries()) {
        if (key === 'Annots') await this.#judgeAppended(old.get(key), value)
        else await this.#walkFrozen(value)
      }
      return
    }
    // A field that waited for its signature: 12.7.5.5. Lock and SV stay as they were.
    if (isName(old.get('FT'), 'Sig') && !old.has('V') && changes.every((key) => ['V', 'AP', 'M', 'F'].includes(key))) {
      await this.#noteSignature(present)
      for (const [key, value] of present.entries()) {
        if (key === 'V' || key === 'AP') await this.#walkFree(value)
        else await this.#walkFrozen(value)
      }
      return
    }
    throw new Unexplained()
  }

  /** Annots as an object of its own. */
  async #judgeChangedArray(old: PdfObject, present: PdfObject): Promise<void> {
    if (!isArray(old) || !isArray(present)) throw new Unexplained()
    await this.#judgeAppended(old, present)
  }

  /** Everything that stays as it was: a changed object that is met here has to explain itself. */
  async #walkFrozen(start: PdfObject | undefined): Promise<void> {
    const open: (PdfObject | undefined)[] = [start]
    while (open.length > 0) {
      const value = open.pop()
      if (!(value instanceof PdfReference)) {
        pushChildren(open, value)
        continue
      }
      if (this.#frozenSeen.has(value.number)) continue
      this.#frozenSeen.add(value.number)
      this.#count()
      if (this.#changed.has(value.number)) await this.#judgeChanged(value)
      else open.push(await this.#after.getObject(value))
    }
  }

  /** What may be new: it must be made by this revision, or be replaceable where it is. What it reaches beyond stays. */
  async #walkFree(start: PdfObject | undefined): Promise<void> {
    const open: (PdfObject | undefined)[] = [start]
    while (open.length > 0) {
      const value = open.pop()
      if (!(value instanceof PdfReference)) {
        pushChildren(open, value)
        continue
      }
      if (this.#freeSeen.has(value.number)) continue
      this.#freeSeen.add(value.number)
      this.#count()
      const { number } = value
      if (!this.#made.has(number) && !this.#replaceable.has(number)) await this.#walkFrozen(value)
      else open.push(await this.#after.getObject(value))
    }
  }

  /** Objects under this value, as it was before the revision. */
  async #allowReplacing(start: PdfObject | undefined): Promise<void> {
    const open: (PdfObject | undefined)[] = [start]
    while (open.length > 0) {
      const value = open.pop()
      if (!(value instanceof PdfReference)) {
        pushChildren(open, value)
        continue
      }
      if (this.#replaceable.has(value.number)) continue
      this.#replaceable.add(value.number)
      this.#count()
      open.push(await this.#before.getObject(value))
    }
  }

  #count(): void {
    this.#visits++
    if (this.#visits > this.#maxVisits) throw new TooLarge()
  }
}
