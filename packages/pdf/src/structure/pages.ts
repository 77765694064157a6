import type { PdfView } from '../document/view.ts'
import { PdfError } from '../errors.ts'
import { defaultLimits, type PdfLimits } from '../limits.ts'
import { integerValue, isName, type PdfDictionary, type PdfObject, PdfReference } from '../syntax/objects.ts'

/** A page: only indirect pages can be referred to, and updated. */
export interface PageLocation {
  readonly reference: PdfReference
  readonly dictionary: PdfDictionary
}

/** The first page, by the first way down the page tree that leads to one (7.7.3). PdfError 'page_tree_invalid' | 'page_tree_limit'. */
export async function firstPage(view: PdfView, limits: PdfLimits = defaultLimits): Promise<PageLocation> {
  const root = (await view.catalog()).get('Pages')
  if (!(root instanceof PdfReference)) throw new PdfError('page_tree_invalid', null, 'the catalog names no page tree')
  const page = await firstLeaf(view, root, limits, new Set())
  if (!page) throw new PdfError('page_tree_invalid', null)
  return page
}

async function firstLeaf(
  view: PdfView,
  node: PdfReference,
  limits: PdfLimits,
  seen: Set<number>,
): Promise<PageLocation | null> {
  // Nodes visited, not levels alone: a wide tree of empty nodes would otherwise be walked whole.
  if (seen.size >= limits.pageTreeDepth) throw new PdfError('page_tree_limit', null)
  if (seen.has(node.number)) throw new PdfError('page_tree_invalid', null, 'the page tree leads back to itself')
  seen.add(node.number)
  const dictionary = await view.resolveDictionary(node)
  if (!dictionary) return null
  const kids = await view.resolveArray(dictionary.get('Kids'))
  if (!kids) return isName(dictionary.get('Type'), 'Pages') ? null : { reference: node, dictionary }
  for (const kid of kids) {
    const page = kid instanceof PdfReference ? await firstLeaf(view, kid, limits, seen) : null
    if (page) return page
  }
  return null
}

/**
 * Every page in order (7.7.3), each as it stands. What is no page is passed over; a node that is met again ends the walk
 * with PdfError 'page_tree_invalid', a tree too deep with 'page_tree_limit'.
 */
export async function* walkPages(view: PdfView, limits: PdfLimits = defaultLimits): AsyncGenerator<PageLocation> {
  const root = (await view.catalog()).get('Pages')
  if (!(root instanceof PdfReference)) throw new PdfError('page_tree_invalid', null, 'the catalog names no page tree')
  yield* leaves(view, root, { limits, seen: new Set() }, 0)
}

interface Walk {
  readonly limits: PdfLimits
  readonly seen: Set<number>
}

async function* leaves(view: PdfView, node: PdfReference, walk: Walk, depth: number): AsyncGenerator<PageLocation> {
  if (depth >= walk.limits.pageTreeDepth) throw new PdfError('page_tree_limit', null)
  if (walk.seen.has(node.number)) throw new PdfError('page_tree_invalid', null, 'the page tree leads back to itself')
  walk.seen.add(node.number)
  const dictionary = await view.resolveDictionary(node)
  if (!dictionary) return
  const kids = await view.resolveArray(dictionary.get('Kids'))
  if (kids) {
    for (const kid of kids) if (kid instanceof PdfReference) yield* leaves(view, kid, walk, depth + 1)
  } else if (!isName(dictionary.get('Type'), 'Pages')) yield { reference: node, dictionary }
}

/** The page of this number, counted from 1; null where there are fewer. Nodes before it are skipped by their Count (table 30). */
export async function findPage(
  view: PdfView,
  number: number,
  limits: PdfLimits = defaultLimits,
): Promise<PageLocation | null> {
  let node = (await view.catalog()).get('Pages')
  let before = number - 1
  for (let depth = 0; depth < limits.pageTreeDepth; depth++) {
    const dictionary = await view.resolveDictionary(node)
    if (!dictionary || !(node instanceof PdfReference)) return null
    const kids = await view.resolveArray(dictionary.get('Kids'))
    if (!kids) return before === 0 && !isName(dictionary.get('Type'), 'Pages') ? { reference: node, dictionary } : null
    node = undefined
    for (const kid of kids) {
      const pages = await pagesBelow(view, kid)
      if (before < pages) {
        node = kid
        break
      }
      before -= pages
    }
  }
  throw new PdfError('page_tree_limit', null)
}

async function pagesBelow(view: PdfView, node: PdfObject): Promise<number> {
  const dictionary = await view.resolveDictionary(node)
  if (!dictionary) return 0
  if (!(await view.resolveArray(dictionary.get('Kids')))) return isName(dictionary.get('Type'), 'Pages') ? 0 : 1
  return Math.max(0, integerValue(await view.resolve(dictionary.get('Count'))) ?? 0)
}

/** An entry that a page inherits from the nodes above it (7.7.3.4); null where none has it. */
export async function inheritedPageEntry(
  view: PdfView,
  page: PdfDictionary,
  key: string,
  limits: PdfLimits = defaultLimits,
): Promise<PdfObject> {
  let node: PdfDictionary | null = page
  for (let depth = 0; node && depth <= limits.pageTreeDepth; depth++) {
    const value = await view.resolve(node.get(key))
    if (value !== null) return value
    node = await view.resolveDictionary(node.get('Parent'))
  }
  return null
}
