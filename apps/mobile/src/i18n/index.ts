/** The person's language: what they chose, else the first of the browser's that is known, else English. */
import { computed, signal } from '@preact/signals'
import { cs } from './cs.ts'
import { de } from './de.ts'
import { en, type Messages } from './en.ts'

export const languages = { en: 'English', cs: 'Čeština', de: 'Deutsch' } as const
export type Language = keyof typeof languages

const dictionaries: Readonly<Record<Language, Messages>> = { en, cs, de }
const CHOSEN = 'cloudsigner.language'

const isLanguage = (text: string): text is Language => Object.hasOwn(languages, text)

export const language = signal<Language>('en')

/** The browser's own kind of the language, such as en-GB: dates are written as the person is used to. */
const locale = computed(() => {
  const own = globalThis.navigator?.languages ?? []
  return own.find((tag) => chooseLanguage([tag]) === language.value && tag.startsWith(language.value)) ?? language.value
})

/** The texts, as of now: a component that reads them is drawn again when the language changes. */
export const messages = computed<Messages>(() => dictionaries[language.value])

/** The first of the wishes that is known (BCP 47 tags; their first part counts). */
export function chooseLanguage(wishes: readonly string[]): Language {
  return wishes.map((wish) => wish.split('-')[0]?.toLowerCase() ?? '').find(isLanguage) ?? 'en'
}

export function followLanguage(window: Pick<Window, 'localStorage' | 'navigator'>): void {
  const chosen = window.localStorage.getItem(CHOSEN)
  language.value = chooseLanguage([chosen ?? '', ...window.navigator.languages])
}

export function setLanguage(chosen: Language, storage: Pick<Storage, 'setItem'>): void {
  storage.setItem(CHOSEN, chosen)
  language.value = chosen
}

export function formatDate(date: Date): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium' }).format(date)
}

export function formatMoment(date: Date): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }).format(date)
}

export function formatBytes(bytes: number): string {
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, 'kilobyte'] : [bytes / 1_000_000, 'megabyte']
  const style = { style: 'unit', unit, maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(locale.value, style).format(value)
}
