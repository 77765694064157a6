import { useEffect } from 'preact/hooks'
import { messages } from '../i18n/index.ts'
import { Button } from '../parts/button.tsx'
import { Busy } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { useApp } from '../state/app.ts'

const POLL_MS = 2000

/** The bank confirms once the person has compared the fingerprint of both keys on both screens. */
export function Confirm({ fingerprint }: { readonly fingerprint: string | undefined }) {
  const { session } = useApp()
  const { confirm } = messages.value
  useEffect(() => {
    const timer = setInterval(() => void session.refresh(), POLL_MS)
    return () => clearInterval(timer)
  }, [session])
  return (
    <Screen title={confirm.title}>
      {fingerprint === undefined ? (
        <p class="lead">{confirm.unknown}</p>
      ) : (
        <>
          <p class="lead">{confirm.text}</p>
          <div class="card centre">
            <p class="muted">{confirm.label}</p>
            <p class="big-code">{`${fingerprint.slice(0, 4)} ${fingerprint.slice(4)}`}</p>
          </div>
        </>
      )}
      <Busy text={confirm.waiting} />
      <div class="stack">
        <Button kind="quiet" onPress={() => void session.forget()}>
          {confirm.differs}
        </Button>
      </div>
    </Screen>
  )
}
