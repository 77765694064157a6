import { messages } from '../i18n/index.ts'
import { Button } from '../parts/button.tsx'
import { Logo } from '../parts/icon.tsx'
import { Busy, TroubleNotice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { useApp } from '../state/app.ts'
import type { Trouble } from '../state/trouble.ts'

/** States in which the person can do one thing at most. */
export function Starting() {
  return (
    <Screen title={messages.value.app.name}>
      <div class="hero">
        <Logo />
        <Busy />
      </div>
    </Screen>
  )
}

export function Unavailable({ trouble }: { readonly trouble: Trouble }) {
  const { session } = useApp()
  return (
    <Screen title={messages.value.states.unavailableTitle}>
      <TroubleNotice trouble={trouble} />
      <div class="stack">
        <Button kind="primary" icon="refresh" onPress={() => void session.start()}>
          {messages.value.actions.retry}
        </Button>
      </div>
    </Screen>
  )
}

export function Elsewhere() {
  const { session } = useApp()
  const { states, actions } = messages.value
  return (
    <Screen title={states.elsewhereTitle}>
      <p class="lead">{states.elsewhereText}</p>
      <div class="stack">
        <Button kind="primary" icon="refresh" onPress={() => void session.start()}>
          {actions.retry}
        </Button>
      </div>
    </Screen>
  )
}

export function Blocked() {
  const { session } = useApp()
  const { states, actions } = messages.value
  return (
    <Screen title={states.blockedTitle}>
      <p class="lead">{states.blockedText}</p>
      <div class="stack">
        <Button kind="primary" icon="refresh" onPress={() => void session.refresh()}>
          {actions.retry}
        </Button>
      </div>
    </Screen>
  )
}

export function Removed() {
  const { session } = useApp()
  const { states } = messages.value
  return (
    <Screen title={states.removedTitle}>
      <p class="lead">{states.removedText}</p>
      <div class="stack">
        <Button kind="primary" onPress={() => void session.forget()}>
          {states.removedAction}
        </Button>
      </div>
    </Screen>
  )
}
