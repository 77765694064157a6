import { findWebAuthnPrf } from '@cloudsigner/powerauth-sdk/browser'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { messages } from '../i18n/index.ts'
import { Button } from '../parts/button.tsx'
import { TroubleNotice } from '../parts/notice.tsx'
import { useApp } from '../state/app.ts'
import { type Trouble, troubleOf } from '../state/trouble.ts'

const DECLINED = 'cloudsigner.biometry-declined'

/** Offered once, where the platform can keep a key behind its prompt; afterwards it is among the settings. */
export function BiometryOffer() {
  const { authorization } = useApp()
  const { biometry } = messages.value
  const offered = useSignal(false)
  const trouble = useSignal<Trouble | undefined>(undefined)
  const turnOn = useBiometrySetup()
  useEffect(() => {
    if (window.localStorage.getItem(DECLINED) !== null) return
    void findWebAuthnPrf(globalThis).then((found) => {
      offered.value = found
    })
  }, [offered])
  if (!offered.value || authorization.biometrySetUp.value) return null
  const decline = () => {
    window.localStorage.setItem(DECLINED, 'yes')
    offered.value = false
  }
  const accept = async () => {
    try {
      await turnOn()
    } catch (error) {
      trouble.value = troubleOf(error)
    }
  }
  return (
    <section class="card stack" aria-label={biometry.title}>
      <h2>{biometry.title}</h2>
      <p class="muted">{biometry.text}</p>
      {trouble.value && <TroubleNotice trouble={trouble.value} />}
      <div class="two">
        <Button kind="quiet" onPress={decline}>
          {biometry.no}
        </Button>
        <Button kind="primary" icon="finger" onPress={() => void accept()}>
          {biometry.yes}
        </Button>
      </div>
    </section>
  )
}

/** Turns biometry on, by the PIN. */
export function useBiometrySetup(): () => Promise<void> {
  const { session, authorization } = useApp()
  return async () => {
    const done = await authorization.perform({
      title: messages.value.device.biometryPin,
      biometryAllowed: false,
      async perform(authentication) {
        if (authentication.type !== 'possession_knowledge') return false
        await session.phone.powerAuth.addBiometry(authentication.password)
        return true
      },
    })
    if (done) authorization.setBiometry(true)
  }
}
