import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from '../parts/icon.tsx'
import { hrefOf, type Route } from '../state/route.ts'

/** A line of a list that leads to a screen of its own. */
export function Item(props: {
  readonly icon: IconName
  readonly name: string
  readonly detail: string
  readonly to: Route
  readonly badge?: ComponentChildren
}) {
  const { icon, name, detail, to, badge } = props
  return (
    <li>
      <a class="item" href={hrefOf(to)}>
        <span class="item-icon">
          <Icon name={icon} />
        </span>
        <span class="item-text">
          <span class="item-name">{name}</span>
          <span class="muted">{detail}</span>
        </span>
        {badge}
      </a>
    </li>
  )
}

/** Items under a heading; nothing at all where there are none. */
export function Section({
  title,
  children,
}: {
  readonly title: string
  readonly children: readonly ComponentChildren[]
}) {
  if (children.length === 0) return null
  return (
    <section class="section" aria-label={title}>
      <h2 class="section-title">{title}</h2>
      <ul class="items">{children}</ul>
    </section>
  )
}
