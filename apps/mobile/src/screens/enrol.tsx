import type { Authentication } from '@cloudsigner/powerauth-sdk'
import { useSignal } from '@preact/signals'
import { messages } from '../i18n/index.ts'
import { Button } from '../parts/button.tsx'
import { Facts } from '../parts/facts.tsx'
import { Busy, TroubleNotice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { type CertificateSubject, enrol, enrolInCloud, fetchCertificateSubject } from '../phone/enrolment.ts'
import type { Signer } from '../phone/signer.ts'
import { useApp } from '../state/app.ts'
import { useLoaded } from '../state/loaded.ts'
import { type Trouble, troubleOf } from '../state/trouble.ts'

type Mode = Signer['mode']
const modes: readonly Mode[] = ['EXTERNAL', 'CLOUD']

/** What the certificate will say, and where its key will be, before it is made; then it is made, of just that. */
export function Enrol() {
  const { session, authorization } = useApp()
  const texts = messages.value.enrol
  const { state, reload } = useLoaded('subject', () => fetchCertificateSubject(session.phone))
  const trouble = useSignal<Trouble | undefined>(undefined)
  const mode = useSignal<Mode>('EXTERNAL')
  const submit = async ({ name }: CertificateSubject) => {
    trouble.value = undefined
    const { phone } = session
    const perform = (authentication: Authentication) =>
      mode.peek() === 'CLOUD' ? enrolInCloud(phone, authentication) : enrol(phone, name, authentication)
    try {
      const signer = await authorization.perform({ title: texts.pinTitle, biometryAllowed: false, perform })
      if (signer !== undefined) await session.refresh()
    } catch (error) {
      trouble.value = troubleOf(error)
    }
  }
  const loaded = state.value
  if (loaded.kind !== 'there') {
    return (
      <Screen title={texts.title}>
        {loaded.kind === 'loading' ? <Busy /> : <TroubleNotice trouble={loaded.trouble} />}
        {loaded.kind === 'failed' && <Button onPress={reload}>{messages.value.actions.retry}</Button>}
      </Screen>
    )
  }
  const facts = loaded.value.attributes.map(({ attribute, value }) => [texts.attributes[attribute], value] as const)
  return (
    <Screen title={texts.title}>
      <p class="lead">{texts.text}</p>
      <div class="card">
        <Facts facts={facts} />
      </div>
      <p class="muted">{texts.wrong}</p>
      <ModeChoice mode={mode} />
      {trouble.value && <TroubleNotice trouble={trouble.value} />}
      <div class="stack">
        <Button kind="primary" icon="pen" onPress={() => void submit(loaded.value)}>
          {texts.submit}
        </Button>
      </div>
    </Screen>
  )
}

function ModeChoice({ mode }: { readonly mode: { value: Mode } }) {
  const { enrol: texts, modes: descriptions } = messages.value
  return (
    <fieldset class="section">
      <legend class="legend">{texts.where}</legend>
      {modes.map((each) => (
        <label key={each} class="option">
          <input
            type="radio"
            name="mode"
            checked={mode.value === each}
            onChange={() => {
              mode.value = each
            }}
          />
          <span>
            <span class="item-name">{descriptions[each].title}</span>
            <span class="muted">{descriptions[each].text}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
