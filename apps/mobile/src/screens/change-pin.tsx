import { useSignal } from '@preact/signals'
import { messages } from '../i18n/index.ts'
import { useApp } from '../state/app.ts'
import { ChoosePin } from './choose-pin.tsx'

/** A new PIN, then the one that holds until now, which the server judges. */
export function ChangePin({ onDone }: { readonly onDone: (changed: boolean) => void }) {
  const { session, authorization } = useApp()
  const busy = useSignal(false)
  const change = async (next: string) => {
    busy.value = true
    const done = await authorization.perform({
      title: messages.value.device.oldPin,
      biometryAllowed: false,
      async perform(authentication) {
        if (authentication.type !== 'possession_knowledge') return false
        await session.phone.powerAuth.changePassword(authentication.password, next)
        return true
      },
    })
    onDone(done === true)
  }
  return <ChoosePin onChosen={change} onBack={busy.value ? undefined : () => onDone(false)} />
}
