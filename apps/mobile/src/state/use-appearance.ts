import { useEffect } from 'preact/hooks'
import type { Preferences } from './preferences.ts'

/** Light or dark, by the person's choice or else by the system's, for as long as the app is there. */
export function useAppearance(preferences: Preferences): void {
  const chosen = preferences.appearance.value
  useEffect(() => {
    const systemIsDark = window.matchMedia('(prefers-color-scheme: dark)')
    const apply = () => {
      const dark = chosen === 'dark' || (chosen === 'system' && systemIsDark.matches)
      document.documentElement.dataset.appearance = dark ? 'dark' : 'light'
    }
    apply()
    systemIsDark.addEventListener('change', apply)
    return () => systemIsDark.removeEventListener('change', apply)
  }, [chosen])
}
