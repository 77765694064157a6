import { type Language, language, languages, messages, setLanguage } from '../i18n/index.ts'

/** Each language by its own name. */
export function LanguageChoice({ compact = false }: { readonly compact?: boolean }) {
  return (
    <label class={compact ? 'choice choice-compact' : 'choice'}>
      <span class={compact ? 'sr-only' : ''}>{messages.value.device.language}</span>
      <select
        value={language.value}
        onChange={(event) => setLanguage(event.currentTarget.value as Language, window.localStorage)}
      >
        {Object.entries(languages).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
