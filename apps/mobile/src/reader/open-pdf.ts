/** A document, opened for reading. pdf.js and its worker are loaded with the first one. */
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist'
import * as pdfjs from 'pdfjs-dist'
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url'
import { trustedScriptUrl } from '../state/trusted-types.ts'
import { findField, findHazards } from './find-hazards.ts'
import type { Hazard } from './hazards.ts'

export interface PageSize {
  /** In points, at zoom 1. */
  readonly width: number
  readonly height: number
}

export interface OpenPdf {
  readonly pageCount: number
  /** Page numbers begin at 1. */
  size(page: number): Promise<PageSize>
  /** Draws the page, and its text invisibly above, so that it can be read out and selected. */
  draw(page: number, into: DrawTarget): Promise<void>
  /** All that is found in all pages; fonts show only as pages are drawn, by `onHazard`. */
  hazards(): Promise<readonly Hazard[]>
  /** The page with the widget of a field that can be seen, if there is one. */
  findField(name: string): Promise<number | undefined>
  close(): Promise<void>
}

export interface DrawTarget {
  readonly canvas: HTMLCanvasElement
  readonly text: HTMLElement
  /** CSS pixels of a point. */
  readonly scale: number
  /** Device pixels of a CSS pixel. */
  readonly density: number
  readonly signal: AbortSignal
}

/** A canvas of more pixels is refused by some phones. */
const MAX_PIXELS = 12_000_000

/** Rejects for what is no PDF, or opens by a password only. */
export async function openPdf(bytes: Uint8Array, onHazard: (hazard: Hazard) => void): Promise<OpenPdf> {
  const port = new Worker(trustedScriptUrl(workerUrl), { type: 'module' })
  const worker = pdfjs.PDFWorker.create({ port })
  const loading = pdfjs.getDocument({
    data: bytes.slice(), // pdf.js takes the buffer over
    worker,
    cMapUrl: '/pdfjs/cmaps/',
    standardFontDataUrl: '/pdfjs/standard_fonts/',
    iccUrl: '/pdfjs/iccs/',
    wasmUrl: '/pdfjs/wasm/',
    useWasm: false, // the policy of the page allows no WebAssembly; there are decoders in JavaScript
    useSystemFonts: false, // everybody sees the same glyphs
    enableXfa: false,
  })
  const close = async () => {
    await loading.destroy()
    worker.destroy()
    port.terminate()
  }
  try {
    return readerOf(await loading.promise, onHazard, close)
  } catch (error) {
    await close()
    throw error
  }
}

function readerOf(pdf: PDFDocumentProxy, onHazard: (hazard: Hazard) => void, close: () => Promise<void>): OpenPdf {
  return {
    pageCount: pdf.numPages,
    async size(number) {
      const { width, height } = (await pdf.getPage(number)).getViewport({ scale: 1 })
      return { width, height }
    },
    async draw(number, target) {
      const page = await pdf.getPage(number)
      await drawPage(page, target)
      if (await hasMissingFont(page)) onHazard('missing_font')
    },
    hazards: () => findHazards(pdf),
    findField: (name) => findField(pdf, name),
    close,
  }
}

async function drawPage(page: PDFPageProxy, { canvas, text, scale, density, signal }: DrawTarget): Promise<void> {
  const viewport = page.getViewport({ scale })
  const pixels = Math.min(density, Math.sqrt(MAX_PIXELS / (viewport.width * viewport.height)))
  canvas.width = Math.floor(viewport.width * pixels)
  canvas.height = Math.floor(viewport.height * pixels)
  const task = page.render({ canvas, viewport, transform: [pixels, 0, 0, pixels, 0, 0] })
  signal.addEventListener('abort', () => task.cancel(), { once: true })
  await task.promise
  text.replaceChildren()
  text.style.setProperty('--total-scale-factor', String(scale))
  await new pdfjs.TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport }).render()
}

/** A font that is not in the file is drawn by another one here, and by yet another elsewhere. */
async function hasMissingFont(page: PDFPageProxy): Promise<boolean> {
  const { fnArray, argsArray } = await page.getOperatorList()
  const names = new Set(fnArray.flatMap((code, index) => (code === pdfjs.OPS.setFont ? [argsArray[index]?.[0]] : [])))
  return [...names].some((name) => {
    const font: unknown = page.commonObjs.has(name) ? page.commonObjs.get(name) : undefined
    return typeof font === 'object' && font !== null && 'missingFile' in font && font.missingFile === true
  })
}
