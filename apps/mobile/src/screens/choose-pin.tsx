import { useSignal } from '@preact/signals'
import { messages } from '../i18n/index.ts'
import { Busy, Notice, TroubleNotice } from '../parts/notice.tsx'
import { PinPad } from '../parts/pin-pad.tsx'
import { Screen } from '../parts/screen.tsx'
import { judgePin } from '../phone/pin-strength.ts'
import { type Trouble, troubleOf } from '../state/trouble.ts'

/** A PIN, twice. One that is too easy is refused with the reason; `onChosen` stores it. */
export function ChoosePin(props: {
  readonly onChosen: (pin: string) => Promise<void>
  readonly onBack?: (() => void) | undefined
}) {
  const { pin } = messages.value
  const first = useSignal<string | undefined>(undefined)
  const hint = useSignal<{ kind: 'error' | 'info' | 'success'; text: string } | undefined>(undefined)
  const trouble = useSignal<Trouble | undefined>(undefined)
  const busy = useSignal(false)

  const choose = (entered: string) => {
    const strength = judgePin(entered)
    if (strength.verdict === 'refused') hint.value = { kind: 'error', text: pin.faults[strength.fault] }
    if (strength.verdict === 'refused' || strength.verdict === 'incomplete') return
    first.value = entered
    hint.value = strength.verdict === 'good' ? { kind: 'success', text: pin.good } : { kind: 'info', text: pin.fair }
  }
  const repeat = async (entered: string) => {
    const chosen = first.value
    first.value = undefined
    if (entered !== chosen) {
      hint.value = { kind: 'error', text: pin.differs }
      return
    }
    busy.value = true
    try {
      await props.onChosen(entered)
    } catch (error) {
      trouble.value = troubleOf(error)
    } finally {
      busy.value = false
    }
  }
  const repeating = first.value !== undefined
  const title = repeating ? pin.repeatTitle : pin.chooseTitle
  return (
    <Screen title={title} onBack={props.onBack}>
      <p class="lead">{repeating ? pin.repeatText : pin.chooseText}</p>
      {hint.value && (
        <Notice kind={hint.value.kind} announce>
          {hint.value.text}
        </Notice>
      )}
      {trouble.value && <TroubleNotice trouble={trouble.value} />}
      <PinPad key={title} label={title} disabled={busy.value} onComplete={repeating ? repeat : choose} />
      {busy.value && <Busy text={pin.working} />}
    </Screen>
  )
}
