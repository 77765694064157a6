/** What every screen uses, made once at the start. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Authorization } from './authorization.ts'
import type { Preferences } from './preferences.ts'
import type { Reviews } from './reviews.ts'
import type { Session } from './session.ts'

export interface App {
  readonly session: Session
  readonly authorization: Authorization
  readonly preferences: Preferences
  readonly reviews: Reviews
}

export const AppContext = createContext<App | undefined>(undefined)

export function useApp(): App {
  const app = useContext(AppContext)
  if (app === undefined) throw new Error('There is no app around this screen')
  return app
}
