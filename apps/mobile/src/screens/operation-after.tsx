import type { Operation } from '@cloudsigner/mobile-token-sdk'
import { messages } from '../i18n/index.ts'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { isWebAddress, OperationAttributes } from './operation-attributes.tsx'
import { useCountdown } from './operation-before.tsx'

/** What the server wants shown once the operation is approved. */
export function PostApproval(props: {
  readonly operation: Operation
  readonly title: string
  readonly onDone: () => void
}) {
  const { operation, title, onDone } = props
  const screen = operation.ui.postApprovalScreen
  return (
    <Screen title={screen?.heading || operation.form.title}>
      <Notice kind="success" announce>
        {title}
      </Notice>
      {screen?.message && <p class="lead">{screen.message}</p>}
      {screen?.type === 'REVIEW' && <OperationAttributes attributes={operation.form.attributes} />}
      {screen?.type === 'MERCHANT_REDIRECT' && <Redirect payload={screen.payload} />}
      <Button kind={screen?.type === 'MERCHANT_REDIRECT' ? 'plain' : 'primary'} onPress={onDone}>
        {messages.value.actions.done}
      </Button>
    </Screen>
  )
}

/** Back to the shop: by the link, or by itself when the countdown is over. */
function Redirect({ payload }: { readonly payload: Readonly<Record<string, unknown>> }) {
  const { redirectUrl, redirectText, countdown } = payload
  const left = useCountdown(typeof countdown === 'number' ? countdown : 0)
  if (typeof redirectUrl !== 'string' || !isWebAddress(redirectUrl)) return null
  if (typeof countdown === 'number' && left === 0) window.location.assign(redirectUrl)
  const text = typeof redirectText === 'string' && redirectText !== '' ? redirectText : new URL(redirectUrl).host
  return (
    <>
      {left > 0 && <p role="timer">{messages.value.operation.goOn(left)}</p>}
      <a class="button button-primary" href={redirectUrl} rel="noreferrer">
        {text}
      </a>
    </>
  )
}
