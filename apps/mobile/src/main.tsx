import { render } from 'preact'
import { Root } from './app.tsx'
import { followLanguage } from './i18n/index.ts'
import { browserPlatform } from './phone/platform.ts'
import { registerServiceWorker } from './service-worker/register.ts'
import { Authorization } from './state/authorization.ts'
import { Preferences } from './state/preferences.ts'
import { Reviews } from './state/reviews.ts'
import { followAddress } from './state/route.ts'
import { Session } from './state/session.ts'
import './style/index.css'

followLanguage(window)
followAddress(window)
const session = new Session(browserPlatform(window), window)
const app = {
  session,
  authorization: new Authorization(session, window.localStorage),
  preferences: new Preferences(window.localStorage),
  reviews: new Reviews(),
}
const root = document.getElementById('app')
if (root !== null) render(<Root app={app} />, root)
registerServiceWorker()
