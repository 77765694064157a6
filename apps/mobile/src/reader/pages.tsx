import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { messages } from '../i18n/index.ts'
import type { OpenPdf, PageSize } from './open-pdf.ts'

/** Pages this far from the window are drawn already, in CSS pixels. */
const AHEAD = '800px'

export interface PagesProps {
  readonly pdf: OpenPdf
  readonly zoom: number
  readonly onPage: (page: number) => void
  /** The end of the last page was seen, and the page was drawn. */
  readonly onEnd: () => void
}

/** All pages, one below the other. Only those near the window are drawn. */
export function Pages({ pdf, zoom, onPage, onEnd }: PagesProps) {
  const first = useSignal<PageSize | undefined>(undefined)
  useEffect(() => {
    void pdf.size(1).then((size) => {
      first.value = size
    })
  }, [pdf, first])
  if (first.value === undefined) return null
  const typical = first.value
  return (
    <div class="pages">
      {Array.from({ length: pdf.pageCount }, (_, index) => (
        <Page
          key={`page-${index + 1}`}
          number={index + 1}
          last={index + 1 === pdf.pageCount}
          {...{ pdf, zoom, typical, onPage, onEnd }}
        />
      ))}
    </div>
  )
}

interface PageProps extends PagesProps {
  readonly number: number
  readonly last: boolean
  /** Until its own size is known, the page is as large as the first one. */
  readonly typical: PageSize
}

function Page({ pdf, zoom, number, last, typical, onPage, onEnd }: PageProps) {
  const frame = useRef<HTMLElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const text = useRef<HTMLDivElement>(null)
  const end = useRef<HTMLDivElement>(null)
  const near = useSignal(false)
  const drawn = useSignal(false)
  const failed = useSignal(false)
  const size = useSignal(typical)

  useEffect(
    () =>
      observe(frame.current, { rootMargin: AHEAD }, (is) => {
        near.value = is
      }),
    [near],
  )
  useEffect(
    () =>
      observe(frame.current, { rootMargin: '-50% 0px -50% 0px' }, (is) => {
        if (is) onPage(number)
      }),
    [number, onPage],
  )

  useEffect(() => {
    if (!near.value) return undefined
    const ended = new AbortController()
    const draw = async () => {
      size.value = await pdf.size(number)
      const width = frame.current?.clientWidth ?? 0
      if (ended.signal.aborted || canvas.current === null || text.current === null || width === 0) return
      const scale = width / size.value.width
      const density = Math.min(window.devicePixelRatio, 3)
      await pdf.draw(number, { canvas: canvas.current, text: text.current, scale, density, signal: ended.signal })
      drawn.value = true
    }
    draw().catch(() => {
      if (!ended.signal.aborted) failed.value = true
    })
    return () => ended.abort()
  }, [near.value, zoom, pdf, number])

  // Whoever has seen the end of the last page, drawn, has been able to read all.
  useEffect(() => {
    if (!last || !drawn.value) return undefined
    return observe(end.current, {}, (is) => {
      if (is) onEnd()
    })
  }, [last, drawn.value, onEnd])

  const { width, height } = size.value
  return (
    <section
      ref={frame}
      id={`page-${number}`}
      class={failed.value ? 'page page-failed' : 'page'}
      aria-label={messages.value.document.pageLabel(number)}
      tabIndex={-1}
      style={{ width: `${zoom * 100}%`, aspectRatio: `${width} / ${height}` }}
    >
      {near.value && (
        <>
          <canvas ref={canvas} />
          <div ref={text} class="textLayer" />
        </>
      )}
      {last && <div ref={end} class="page-end" />}
    </section>
  )
}

/** Tells whenever the element comes into sight or leaves it, until what is returned is called. */
function observe(
  element: HTMLElement | null,
  options: IntersectionObserverInit,
  tell: (isIntersecting: boolean) => void,
): () => void {
  if (element === null) return () => undefined
  const observer = new IntersectionObserver((entries) => {
    const latest = entries.at(-1)
    if (latest !== undefined) tell(latest.isIntersecting)
  }, options)
  observer.observe(element)
  return () => observer.disconnect()
}
