import { useEffect, useRef } from 'preact/hooks'
import { language, messages } from './i18n/index.ts'
import { AuthorizationDialog } from './parts/authorization-dialog.tsx'
import { TabBar } from './parts/tab-bar.tsx'
import { ChoosePin } from './screens/choose-pin.tsx'
import { Confirm } from './screens/confirm.tsx'
import { Device } from './screens/device.tsx'
import { DocumentScreen } from './screens/document.tsx'
import { Enrol } from './screens/enrol.tsx'
import { History } from './screens/history.tsx'
import { Inbox } from './screens/inbox.tsx'
import { OperationScreen } from './screens/operation.tsx'
import { Blocked, Elsewhere, Removed, Starting, Unavailable } from './screens/states.tsx'
import { Welcome } from './screens/welcome.tsx'
import { type App, AppContext, useApp } from './state/app.ts'
import { route } from './state/route.ts'
import { useAppearance } from './state/use-appearance.ts'

export function Root({ app }: { readonly app: App }) {
  const started = useRef(false)
  useAppearance(app.preferences)
  useEffect(() => {
    document.documentElement.lang = language.value
  }, [language.value])
  useEffect(() => {
    if (!started.current) void app.session.start()
    started.current = true
  }, [app])
  return (
    <AppContext.Provider value={app}>
      <div class="app">
        <button type="button" class="skip" onClick={skipToMain}>
          {messages.value.app.skip}
        </button>
        <CurrentScreen />
      </div>
      <AuthorizationDialog />
    </AppContext.Provider>
  )
}

/** No link: the part after `#` is the app's own address. */
function skipToMain(): void {
  const main = document.getElementById('main')
  main?.setAttribute('tabindex', '-1')
  main?.focus()
}

function CurrentScreen() {
  const { session } = useApp()
  const phase = session.phase.value
  switch (phase.kind) {
    case 'starting':
      return <Starting />
    case 'unavailable':
      return <Unavailable trouble={phase.trouble} />
    case 'elsewhere':
      return <Elsewhere />
    case 'welcome':
      return <Welcome />
    case 'choose_pin':
      return <ChoosePin onChosen={(pin) => session.persist(pin, phase.fingerprint)} />
    case 'confirm':
      return <Confirm fingerprint={phase.fingerprint} />
    case 'enrol':
      return <Enrol />
    case 'blocked':
      return <Blocked />
    case 'removed':
      return <Removed />
    case 'ready':
      return <ReadyScreen />
  }
}

function ReadyScreen() {
  const current = route.value
  switch (current.name) {
    case 'document':
      return <DocumentScreen key={current.id} id={current.id} />
    case 'operation':
      return <OperationScreen key={current.id} id={current.id} />
    case 'inbox':
    case 'history':
    case 'device':
      return (
        <>
          <Tab name={current.name} key={current.name} />
          <TabBar current={current.name} />
        </>
      )
  }
}

function Tab({ name }: { readonly name: 'inbox' | 'history' | 'device' }) {
  if (name === 'history') return <History />
  return name === 'device' ? <Device /> : <Inbox />
}
