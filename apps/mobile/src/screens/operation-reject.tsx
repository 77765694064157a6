import { messages } from '../i18n/index.ts'
import { Button } from '../parts/button.tsx'
import { Modal } from '../parts/modal.tsx'

/** The reason goes to the bank: an operation that nobody asked for is a sign of fraud. */
export function Reject(props: { readonly onReason: (reason: string) => void; readonly onCancel: () => void }) {
  const { operation, actions } = messages.value
  return (
    <Modal title={operation.rejectTitle} onCancel={props.onCancel}>
      <div class="stack">
        {Object.entries(operation.reasons).map(([reason, text]) => (
          <Button key={reason} onPress={() => props.onReason(reason)}>
            {text}
          </Button>
        ))}
        <Button kind="quiet" onPress={props.onCancel}>
          {actions.cancel}
        </Button>
      </div>
    </Modal>
  )
}
