import type { Operation, ProximityCode } from '@cloudsigner/mobile-token-sdk'
import { useSignal } from '@preact/signals'
import { formatMoment, language, messages } from '../i18n/index.ts'
import { Button } from '../parts/button.tsx'
import { Busy, Notice, TroubleNotice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { useApp } from '../state/app.ts'
import { useLoaded } from '../state/loaded.ts'
import { go } from '../state/route.ts'
import { PostApproval } from './operation-after.tsx'
import { OperationAttributes } from './operation-attributes.tsx'
import { PreApproval } from './operation-before.tsx'
import { Reject } from './operation-reject.tsx'
import { Slider } from './slider.tsx'
import { failure, type Outcome } from './use-signing.ts'

/** One operation: what it is, all its attributes, and the decision. */
export function OperationScreen({ id }: { readonly id: string }) {
  const { session } = useApp()
  const { state } = useLoaded(`${id} ${language.value}`, () => session.phone.mobileToken(language.value).detail(id))
  const loaded = state.value
  const back = () => go({ name: 'inbox' })
  if (loaded.kind === 'there') return <Decision operation={loaded.value} onBack={back} />
  return (
    <Screen title={messages.value.operation.title} onBack={back}>
      {loaded.kind === 'failed' ? <TroubleNotice trouble={loaded.trouble} /> : <Busy />}
    </Screen>
  )
}

type Step = 'before' | 'deciding' | 'rejecting' | 'approved' | 'rejected'

function Decision({ operation, onBack }: { readonly operation: Operation; readonly onBack: () => void }) {
  const { session, authorization } = useApp()
  const { form, ui, status } = operation
  const texts = messages.value.operation
  const step = useSignal<Step>(ui.preApprovalScreen !== undefined && status === 'PENDING' ? 'before' : 'deciding')
  const proximity = useSignal<ProximityCode | undefined>(undefined)
  const outcome = useSignal<Outcome | undefined>(undefined)
  const mobileToken = () => session.phone.mobileToken(language.value)

  const approve = async () => {
    const { allowedFactors } = operation
    const perform = async (authentication: Parameters<ReturnType<typeof mobileToken>['authorize']>[1]) => {
      const details = proximity.value === undefined ? {} : { proximityCode: proximity.value }
      await mobileToken().authorize(operation, authentication, details)
      return true
    }
    try {
      const alone = allowedFactors.includes('possession')
      const biometryAllowed = allowedFactors.includes('possession_biometry')
      const done = alone
        ? await perform({ type: 'possession' })
        : await authorization.perform({ title: form.title, biometryAllowed, perform })
      if (done) step.value = 'approved'
    } catch (error) {
      outcome.value = { ...failure(error), ...(form.resultTexts.failure && { title: form.resultTexts.failure }) }
    }
  }
  const reject = async (reason: string) => {
    step.value = 'deciding'
    try {
      await mobileToken().reject(operation, reason)
      step.value = 'rejected'
    } catch (error) {
      outcome.value = failure(error)
    }
  }

  if (step.value === 'before' && ui.preApprovalScreen !== undefined) {
    const onPassed = (code?: ProximityCode) => {
      proximity.value = code
      step.value = 'deciding'
    }
    return <PreApproval screen={ui.preApprovalScreen} operationId={operation.id} {...{ onPassed, onBack }} />
  }
  if (step.value === 'approved') {
    return <PostApproval operation={operation} title={form.resultTexts.success ?? texts.approved} onDone={onBack} />
  }
  if (step.value === 'rejected') {
    return <Finished title={form.title} text={form.resultTexts.reject ?? texts.rejected} onDone={onBack} />
  }
  return (
    <Screen
      title={form.title}
      onBack={onBack}
      foot={
        status === 'PENDING' && (
          <DecisionButtons
            operation={operation}
            onApprove={() => void approve()}
            onReject={() => (step.value = 'rejecting')}
          />
        )
      }
    >
      <p class="lead">{form.message}</p>
      {outcome.value && (
        <Notice kind={outcome.value.kind} title={outcome.value.title} announce>
          {outcome.value.text}
        </Notice>
      )}
      <OperationAttributes attributes={form.attributes} />
      <p class="muted">
        {status === 'PENDING' ? texts.expires(formatMoment(operation.expires)) : texts.statuses[status]}
      </p>
      {step.value === 'rejecting' && (
        <Reject onReason={(reason) => void reject(reason)} onCancel={() => (step.value = 'deciding')} />
      )}
    </Screen>
  )
}

/** `flipButtons` changes the order, `blockApprovalOnCall` wants the person to say that they are on no call. */
function DecisionButtons(props: {
  readonly operation: Operation
  readonly onApprove: () => void
  readonly onReject: () => void
}) {
  const { ui } = props.operation
  const texts = messages.value.operation
  const notOnCall = useSignal(false)
  const blocked = ui.blockApprovalOnCall && !notOnCall.value
  const approve =
    ui.preApprovalScreen?.approvalType === 'SLIDER' ? (
      <Slider key="approve" label={texts.slide} disabled={blocked} onSlid={props.onApprove} />
    ) : (
      <Button key="approve" kind="primary" icon="check" disabled={blocked} onPress={props.onApprove}>
        {texts.approve}
      </Button>
    )
  const reject = (
    <Button key="reject" kind="danger" onPress={props.onReject}>
      {texts.reject}
    </Button>
  )
  return (
    <div class="stack">
      {ui.blockApprovalOnCall && (
        <>
          <Notice kind="warning">{texts.callWarning}</Notice>
          <label class="choice">
            <span>{texts.notOnCall}</span>
            <input
              type="checkbox"
              class="switch"
              checked={notOnCall.value}
              onChange={(event) => {
                notOnCall.value = event.currentTarget.checked
              }}
            />
          </label>
        </>
      )}
      {ui.flipButtons ? [reject, approve] : [approve, reject]}
    </div>
  )
}

export function Finished(props: { readonly title: string; readonly text: string; readonly onDone: () => void }) {
  return (
    <Screen title={props.title}>
      <Notice kind="success" announce>
        {props.text}
      </Notice>
      <Button kind="primary" onPress={props.onDone}>
        {messages.value.actions.done}
      </Button>
    </Screen>
  )
}
