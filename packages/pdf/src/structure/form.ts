import type { PdfView } from '../document/view.ts'
import { PdfError } from '../errors.ts'
import { defaultLimits, type PdfLimits } from '../limits.ts'
import { nameValue, PdfDictionary, type PdfObject, PdfReference, PdfString } from '../syntax/objects.ts'
import { decodeTextString } from '../syntax/text-string.ts'

/** A form field (12.7.4) with what it inherits. */
export interface FormField {
  /** Fully qualified: partial names joined by full stops. */
  readonly name: string
  /** null for a field that is a direct object. */
  readonly reference: PdfReference | null
  readonly dictionary: PdfDictionary
  /** FT, own or inherited: `Sig`, `Tx`, `Btn`, `Ch`; null where there is none. */
  readonly type: string | null
  /** V, own or inherited, as it stands (perhaps a reference). */
  readonly value: PdfObject | undefined
  /** Whether no fields are below it. */
  readonly terminal: boolean
  /** Its widgets: the field itself where they are merged, else its kids without a partial name. */
  readonly widgets: readonly (PdfReference | PdfDictionary)[]
}

interface Inherited {
  readonly name: string
  readonly type: PdfObject | undefined
  readonly value: PdfObject | undefined
  readonly depth: number
}

/** Every field of the form, parents before kids. PdfError 'field_limit'; a kid that was met before is passed over. */
export async function readFormFields(view: PdfView, limits: PdfLimits = defaultLimits): Promise<readonly FormField[]> {
  const form = await view.resolveDictionary((await view.catalog()).get('AcroForm'))
  const roots = form ? await view.resolveArray(form.get('Fields')) : null
  const walk = new FieldWalk(view, limits)
  for (const root of roots ?? [])
    await walk.visit(root, { name: '', type: undefined, value: undefined, depth: 0 }, 'field')
  return walk.fields
}

class FieldWalk {
  readonly fields: FormField[] = []
  readonly #view: PdfView
  readonly #limits: PdfLimits
  readonly #seen = new Set<number>()
  #visited = 0

  constructor(view: PdfView, limits: PdfLimits) {
    this.#view = view
    this.#limits = limits
  }

  /** True where the node is a widget of its parent and no field of its own. */
  async visit(node: PdfObject, inherited: Inherited, as: 'field' | 'kid'): Promise<boolean> {
    if (++this.#visited > this.#limits.fields)
      throw new PdfError('field_limit', null, `more than ${this.#limits.fields} fields`)
    if (inherited.depth >= this.#limits.fieldDepth)
      throw new PdfError('field_limit', null, `fields are nested more than ${this.#limits.fieldDepth} deep`)
    const reference = node instanceof PdfReference ? node : null
    if (reference && this.#seen.has(reference.number)) return false
    if (reference) this.#seen.add(reference.number)
    const dictionary = await this.#view.resolveDictionary(node)
    if (!dictionary) return false
    const partial = await this.#view.resolve(dictionary.get('T'))
    if (as === 'kid' && !(partial instanceof PdfString)) return true
    await this.#field(reference, dictionary, partial, inherited)
    return false
  }

  async #field(
    reference: PdfReference | null,
    dictionary: PdfDictionary,
    partial: PdfObject,
    inherited: Inherited,
  ): Promise<void> {
    const own = partial instanceof PdfString ? decodeTextString(partial) : ''
    const name = inherited.name && own ? `${inherited.name}.${own}` : inherited.name || own
    const type = dictionary.get('FT') ?? inherited.type
    const value = dictionary.get('V') ?? inherited.value
    const at = this.fields.length
    const widgets: (PdfReference | PdfDictionary)[] = []
    let terminal = true
    const kids = await this.#view.resolveArray(dictionary.get('Kids'))
    for (const kid of kids ?? []) {
      const isWidget = await this.visit(kid, { name, type, value, depth: inherited.depth + 1 }, 'kid')
      if (isWidget && (kid instanceof PdfReference || kid instanceof PdfDictionary)) widgets.push(kid)
      if (!isWidget) terminal = false
    }
    if (!kids) widgets.push(reference ?? dictionary)
    const typeName = nameValue(await this.#view.resolve(type))
    this.fields.splice(at, 0, { name, reference, dictionary, type: typeName, value, terminal, widgets })
  }
}
