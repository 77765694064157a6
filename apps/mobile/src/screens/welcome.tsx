import { useSignal } from '@preact/signals'
import { messages } from '../i18n/index.ts'
import { Button } from '../parts/button.tsx'
import { Logo } from '../parts/icon.tsx'
import { Busy, TroubleNotice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { deviceName } from '../phone/device-name.ts'
import { Scanner } from '../scan/scanner.tsx'
import { useApp } from '../state/app.ts'
import { type Trouble, troubleOf } from '../state/trouble.ts'
import { LanguageChoice } from './language-choice.tsx'

/** The phone is nobody's yet: a code connects it. */
export function Welcome() {
  const how = useSignal<'choose' | 'scan' | 'type'>('choose')
  const { exchange, trouble, busy } = useExchange()
  const back = () => {
    trouble.value = undefined
    how.value = 'choose'
  }
  if (how.value === 'type') return <TypeCode {...{ exchange, back }} busy={busy.value} trouble={trouble.value} />
  if (how.value === 'scan') return <ScanCode {...{ exchange, back }} busy={busy.value} trouble={trouble.value} />
  const { welcome } = messages.value
  return (
    <Screen title={messages.value.app.name} tools={<LanguageChoice compact />}>
      <div class="hero">
        <Logo />
        <h2>{welcome.title}</h2>
        <p class="lead">{welcome.text}</p>
      </div>
      <div class="stack">
        <Button
          kind="primary"
          icon="scan"
          onPress={() => {
            how.value = 'scan'
          }}
        >
          {welcome.scan}
        </Button>
        <Button
          icon="keyboard"
          onPress={() => {
            how.value = 'type'
          }}
        >
          {welcome.type}
        </Button>
        <p class="muted centre">{welcome.hint}</p>
      </div>
    </Screen>
  )
}

interface CodeProps {
  readonly exchange: (code: string) => Promise<void>
  readonly back: () => void
  readonly busy: boolean
  readonly trouble: Trouble | undefined
}

function ScanCode({ exchange, back, busy, trouble }: CodeProps) {
  const { scan } = messages.value
  return (
    <Screen title={scan.title} onBack={back}>
      <p class="lead">{scan.text}</p>
      {trouble && <TroubleNotice trouble={trouble} />}
      {busy ? <Busy /> : <Scanner onCode={exchange} />}
    </Screen>
  )
}

function TypeCode({ exchange, back, busy, trouble }: CodeProps) {
  const { type } = messages.value
  const text = useSignal('')
  return (
    <Screen title={type.title} onBack={back}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void exchange(text.value)
        }}
      >
        <label class="field">
          <span>{type.label}</span>
          <input
            class="code-input"
            type="text"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            placeholder="XXXXX-XXXXX-XXXXX-XXXXX"
            maxLength={40}
            aria-describedby="code-hint"
            value={text.value}
            onInput={(event) => {
              text.value = grouped(event.currentTarget.value)
            }}
          />
        </label>
        <p id="code-hint" class="muted">
          {type.hint}
        </p>
        {trouble && <TroubleNotice trouble={trouble} />}
        <button type="submit" class="button button-primary" disabled={busy}>
          <span>{type.submit}</span>
        </button>
      </form>
    </Screen>
  )
}

/** Hyphens come by themselves. */
export function grouped(typed: string): string {
  const characters = typed
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .slice(0, 20)
  return characters.match(/.{1,5}/g)?.join('-') ?? ''
}

/** One exchange at a time: the camera sees the same code in frame after frame. */
function useExchange() {
  const { session } = useApp()
  const trouble = useSignal<Trouble | undefined>(undefined)
  const busy = useSignal(false)
  const exchange = async (code: string) => {
    if (busy.peek()) return
    busy.value = true
    trouble.value = undefined
    try {
      const request = { code: code.trim(), ...deviceName(navigator.userAgent) }
      const { fingerprint } = await session.phone.powerAuth.createActivation(request)
      session.exchanged(fingerprint)
    } catch (error) {
      const found = troubleOf(error)
      trouble.value = found === 'refused' || found === 'wrong_pin' ? 'code_unknown' : found
    } finally {
      busy.value = false
    }
  }
  return { exchange, trouble, busy }
}
