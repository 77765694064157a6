import type { PdfView } from '../document/view.ts'
import { PdfError } from '../errors.ts'
import { defaultLimits, type PdfLimits } from '../limits.ts'
import { isName, type PdfDictionary, PdfReference } from '../syntax/objects.ts'

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
