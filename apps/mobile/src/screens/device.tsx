import { findWebAuthnPrf } from '@cloudsigner/powerauth-sdk/browser'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { formatDate, messages } from '../i18n/index.ts'
import { Button } from '../parts/button.tsx'
import { Facts } from '../parts/facts.tsx'
import { Modal } from '../parts/modal.tsx'
import { Notice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { renewSigner } from '../phone/enrolment.ts'
import { type Signer, shortName } from '../phone/signer.ts'
import { useApp } from '../state/app.ts'
import { type Appearance, appearances } from '../state/preferences.ts'
import { useBiometrySetup } from './biometry-offer.tsx'
import { ChangePin } from './change-pin.tsx'
import { LanguageChoice } from './language-choice.tsx'
import { failure, type Outcome } from './use-signing.ts'

const DAY_MS = 86_400_000
/** From so many days before its end a certificate can be renewed here. */
const RENEW_DAYS = 30

/** The phone's certificate, its factors, the app's looks, and the way out. */
export function Device() {
  const { session } = useApp()
  const { device } = messages.value
  const outcome = useSignal<Outcome | undefined>(undefined)
  const changing = useSignal(false)
  const phase = session.phase.value
  if (changing.value) {
    return (
      <ChangePin
        onDone={(done) => {
          changing.value = false
          if (done) outcome.value = { kind: 'success', text: device.pinChanged }
        }}
      />
    )
  }
  return (
    <Screen title={device.title}>
      {outcome.value && (
        <Notice kind={outcome.value.kind} title={outcome.value.title} announce>
          {outcome.value.text}
        </Notice>
      )}
      {phase.kind === 'ready' && <CertificateCard signer={phase.signer} outcome={outcome} />}
      <div class="card stack">
        <BiometryChoice outcome={outcome} />
        <Button
          icon="lock"
          onPress={() => {
            changing.value = true
          }}
        >
          {device.changePin}
        </Button>
      </div>
      <div class="card">
        <LanguageChoice />
        <AppearanceChoice />
      </div>
      <RemoveDevice outcome={outcome} />
    </Screen>
  )
}

type OutcomeProps = { readonly outcome: { value: Outcome | undefined } }

function CertificateCard({ signer, outcome }: { readonly signer: Signer } & OutcomeProps) {
  const { session, authorization } = useApp()
  const { device, modes } = messages.value
  const { certificate, mode } = signer
  const days = Math.floor((certificate.notAfter.getTime() - session.phone.now.getTime()) / DAY_MS)
  const renew = async () => {
    try {
      const done = await authorization.perform({
        title: device.renewTitle,
        biometryAllowed: false,
        async perform(authentication) {
          await renewSigner(session.phone, mode, authentication)
          return true
        },
      })
      if (!done) return
      outcome.value = { kind: 'success', text: device.renewed }
      await session.refresh()
    } catch (error) {
      outcome.value = failure(error)
    }
  }
  return (
    <div class="card stack">
      <h2>{device.certificate}</h2>
      <Facts
        facts={[
          [device.owner, shortName(certificate.subject)],
          [device.issuer, shortName(certificate.issuer)],
          [device.number, certificate.serialNumber],
          [device.validUntil, formatDate(certificate.notAfter)],
        ]}
      />
      <Notice kind="info" title={modes[mode].title}>
        {modes[mode].text}
      </Notice>
      {days < RENEW_DAYS && (
        <>
          <Notice kind="warning">{days < 0 ? device.expired : device.expires(Math.max(1, days))}</Notice>
          <Button kind="primary" icon="refresh" onPress={() => void renew()}>
            {device.renew}
          </Button>
        </>
      )}
    </div>
  )
}

/** Offered where the platform can keep a key behind its prompt. */
function BiometryChoice({ outcome }: OutcomeProps) {
  const { session, authorization } = useApp()
  const { device } = messages.value
  const offered = useSignal(false)
  const turnOn = useBiometrySetup()
  useEffect(() => {
    void findWebAuthnPrf(globalThis).then((found) => {
      offered.value = found
    })
  }, [offered])
  if (!offered.value && !authorization.biometrySetUp.value) return null
  const change = async (wanted: boolean) => {
    try {
      if (wanted) return await turnOn()
      await session.phone.powerAuth.removeBiometry()
      authorization.setBiometry(false)
    } catch (error) {
      outcome.value = failure(error)
    }
  }
  return (
    <label class="choice">
      <span>{device.biometry}</span>
      <input
        type="checkbox"
        class="switch"
        checked={authorization.biometrySetUp.value}
        onChange={(event) => {
          const wanted = event.currentTarget.checked
          event.currentTarget.checked = authorization.biometrySetUp.peek()
          void change(wanted)
        }}
      />
    </label>
  )
}

function AppearanceChoice() {
  const { preferences } = useApp()
  const { device } = messages.value
  return (
    <label class="choice">
      <span>{device.appearance}</span>
      <select
        value={preferences.appearance.value}
        onChange={(event) => preferences.setAppearance(event.currentTarget.value as Appearance)}
      >
        {appearances.map((each) => (
          <option key={each} value={each}>
            {device.appearances[each]}
          </option>
        ))}
      </select>
    </label>
  )
}

function RemoveDevice({ outcome }: OutcomeProps) {
  const { session, authorization } = useApp()
  const { device, actions } = messages.value
  const asking = useSignal(false)
  const remove = async () => {
    asking.value = false
    try {
      const done = await authorization.perform({
        title: device.remove,
        biometryAllowed: true,
        async perform(authentication) {
          await session.phone.powerAuth.removeActivation(authentication)
          return true
        },
      })
      if (done) await session.forget()
    } catch (error) {
      outcome.value = failure(error)
    }
  }
  return (
    <>
      <Button
        kind="danger"
        onPress={() => {
          asking.value = true
        }}
      >
        {device.remove}
      </Button>
      {asking.value && (
        <Modal
          title={device.removeTitle}
          onCancel={() => {
            asking.value = false
          }}
        >
          <p>{device.removeText}</p>
          <div class="stack">
            <Button kind="danger" onPress={() => void remove()}>
              {device.removeYes}
            </Button>
            <Button
              kind="quiet"
              onPress={() => {
                asking.value = false
              }}
            >
              {actions.cancel}
            </Button>
          </div>
        </Modal>
      )}
    </>
  )
}
