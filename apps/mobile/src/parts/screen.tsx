import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { messages } from '../i18n/index.ts'
import { IconButton } from './button.tsx'

export interface ScreenProps {
  readonly title: string
  readonly children: ComponentChildren
  readonly onBack?: (() => void) | undefined
  /** Beside the title, at its end. */
  readonly tools?: ComponentChildren
  /** Below all, always in sight. */
  readonly foot?: ComponentChildren
  /** Pages of a document want the whole width. */
  readonly wide?: boolean
}

/** One screen: its heading gets the focus, so that screen readers begin there. */
export function Screen({ title, children, onBack, tools, foot, wide = false }: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · ${messages.value.app.name}`
  }, [title])
  useEffect(() => {
    heading.current?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [])
  return (
    <>
      <header class="bar">
        {onBack && <IconButton icon="back" label={messages.value.actions.back} onPress={onBack} />}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {tools && <div class="bar-tools">{tools}</div>}
      </header>
      <main id="main" class={wide ? 'main main-wide' : 'main'}>
        {children}
      </main>
      {foot && <footer class="foot">{foot}</footer>}
    </>
  )
}
