import {
  MobileTokenError,
  type PreApprovalScreen,
  type ProximityCode,
  parseProximityCode,
} from '@cloudsigner/mobile-token-sdk'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { messages } from '../i18n/index.ts'
import { Button } from '../parts/button.tsx'
import { Notice, TroubleNotice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { Scanner } from '../scan/scanner.tsx'
import { type Trouble, troubleOf } from '../state/trouble.ts'

/** What the server wants seen, or scanned, before the operation itself is shown. */
export function PreApproval(props: {
  readonly screen: PreApprovalScreen
  readonly operationId: string
  readonly onPassed: (code?: ProximityCode) => void
  readonly onBack: () => void
}) {
  const { screen, operationId, onPassed, onBack } = props
  const texts = messages.value.operation
  const trouble = useSignal<Trouble | undefined>(undefined)
  const scanned = (text: string) => {
    try {
      const code = parseProximityCode(text, 'QR_CODE')
      if (code.operationId !== operationId) throw new MobileTokenError('invalid_proximity_code')
      onPassed(code)
    } catch (error) {
      trouble.value = troubleOf(error)
    }
  }
  return (
    <Screen title={screen.heading || texts.scan} onBack={onBack}>
      {screen.type === 'QR_SCAN' ? (
        <p class="lead">{screen.message || texts.scanText}</p>
      ) : (
        <Notice kind={screen.type === 'WARNING' ? 'warning' : 'info'}>
          <p>{screen.message}</p>
          {screen.items.length > 0 && (
            <ul>
              {screen.items.map((item) => (
                <li key={item}>{item}</li>
              ))}
            </ul>
          )}
        </Notice>
      )}
      {trouble.value && <TroubleNotice trouble={trouble.value} />}
      {screen.type === 'QR_SCAN' ? (
        <Scanner onCode={scanned} />
      ) : (
        <Button kind="primary" onPress={() => onPassed()}>
          {texts.understood}
        </Button>
      )}
    </Screen>
  )
}

/** Seconds that are left, down to nought. */
export function useCountdown(seconds: number): number {
  const left = useSignal(seconds)
  useEffect(() => {
    const timer = setInterval(() => {
      left.value = Math.max(0, left.peek() - 1)
    }, 1000)
    return () => clearInterval(timer)
  }, [left])
  return left.value
}
