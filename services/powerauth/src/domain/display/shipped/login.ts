import type { DisplayTemplate } from '../display-template.ts'

interface Texts {
  readonly title: string
  readonly message: string
  readonly place: string
  readonly success: string
  readonly failure: string
  readonly reject: string
}

const texts: Readonly<Record<string, Texts>> = {
  en: {
    title: 'Log in',
    message: 'Is it you who is logging in?',
    place: 'Where',
    success: 'You are logged in.',
    failure: 'You were not logged in.',
    reject: 'You refused the login.',
  },
  cs: {
    title: 'Přihlášení',
    message: 'Přihlašujete se právě vy?',
    place: 'Kam',
    success: 'Jste přihlášeni.',
    failure: 'Přihlášení se nezdařilo.',
    reject: 'Přihlášení jste odmítli.',
  },
  de: {
    title: 'Anmeldung',
    message: 'Melden Sie sich gerade an?',
    place: 'Wo',
    success: 'Sie sind angemeldet.',
    failure: 'Die Anmeldung ist fehlgeschlagen.',
    reject: 'Sie haben die Anmeldung abgelehnt.',
  },
}

/** Parameter: `place`, which may be missing. */
export const loginDisplay: readonly DisplayTemplate[] = Object.entries(texts).map(
  ([language, text]): DisplayTemplate => ({
    operationType: 'login',
    language,
    title: text.title,
    message: text.message,
    resultTexts: { success: text.success, failure: text.failure, reject: text.reject },
    attributes: [{ id: 'login.place', type: 'KEY_VALUE', text: text.place, params: { value: 'place' } }],
  }),
)
