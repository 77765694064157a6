import { messages } from '../i18n/index.ts'
import { useApp } from '../state/app.ts'
import { Button } from './button.tsx'
import { Modal } from './modal.tsx'
import { Busy, Notice } from './notice.tsx'
import { PinPad } from './pin-pad.tsx'

/** Whatever deed is pending: what it is, and the PIN or biometry for it. */
export function AuthorizationDialog() {
  const { authorization } = useApp()
  const pending = authorization.pending.value
  if (pending === undefined) return null
  const { pin, actions, troubles } = messages.value
  const { title, detail, state, fault, biometryOffered } = pending
  const performing = state === 'performing'
  return (
    <Modal title={title} onCancel={() => !performing && authorization.giveUp()}>
      {detail && <p class="muted">{detail}</p>}
      {fault && (
        <Notice kind="error" announce>
          {fault.trouble === 'wrong_pin' ? pin.wrong(fault.remainingAttempts) : troubles[fault.trouble]}
        </Notice>
      )}
      <PinPad label={title} disabled={performing} onComplete={(entered) => authorization.enterPin(entered)} />
      {performing ? (
        <Busy text={pin.working} />
      ) : (
        <div class="stack">
          {biometryOffered && (
            <Button icon="finger" onPress={() => authorization.chooseBiometry()}>
              {pin.biometry}
            </Button>
          )}
          <Button kind="quiet" onPress={() => authorization.giveUp()}>
            {actions.cancel}
          </Button>
        </div>
      )}
    </Modal>
  )
}
