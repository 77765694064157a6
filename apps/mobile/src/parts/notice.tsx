import type { ComponentChildren } from 'preact'
import { messages } from '../i18n/index.ts'
import type { Trouble } from '../state/trouble.ts'
import { Icon } from './icon.tsx'

export type NoticeKind = 'info' | 'success' | 'warning' | 'error'

const icons = { info: 'info', success: 'check', warning: 'warning', error: 'warning' } as const

/** `announce`: it came after the screen was there, so that it has to be read out. */
export function Notice(props: {
  readonly kind: NoticeKind
  readonly title?: string | undefined
  readonly children?: ComponentChildren
  readonly announce?: boolean
}) {
  const { kind, title, children, announce = false } = props
  const role = announce ? (kind === 'error' ? 'alert' : 'status') : undefined
  return (
    <div class={`notice notice-${kind}`} role={role}>
      <Icon name={icons[kind]} />
      <div>
        {title && <p class="notice-title">{title}</p>}
        {children && <div>{children}</div>}
      </div>
    </div>
  )
}

export function TroubleNotice({ trouble }: { readonly trouble: Trouble }) {
  return (
    <Notice kind="error" announce>
      {messages.value.troubles[trouble]}
    </Notice>
  )
}

export function Busy({ text }: { readonly text?: string }) {
  return (
    <div class="busy" role="status">
      <span class="spinner" aria-hidden="true" />
      <span>{text ?? messages.value.app.loading}</span>
    </div>
  )
}
