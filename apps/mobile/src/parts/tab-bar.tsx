import { messages } from '../i18n/index.ts'
import { hrefOf } from '../state/route.ts'
import { Icon } from './icon.tsx'

const tabs = [
  { name: 'inbox', icon: 'inbox' },
  { name: 'history', icon: 'history' },
  { name: 'device', icon: 'phone' },
] as const

export function TabBar({ current }: { readonly current: (typeof tabs)[number]['name'] }) {
  const texts = messages.value.tabs
  return (
    <nav class="tabs" aria-label={texts.label}>
      <ul>
        {tabs.map(({ name, icon }) => (
          <li key={name}>
            <a href={hrefOf({ name })} aria-current={name === current ? 'page' : undefined}>
              <Icon name={icon} />
              {texts[name]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
