import { useEffect, useState } from 'preact/hooks'
import { messages } from '../i18n/index.ts'
import { PIN_LENGTH } from '../phone/pin-strength.ts'
import { Icon } from './icon.tsx'

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const

/**
 * Buttons instead of a text field: no keyboard that learns, nothing that a password manager would keep. The keys of a
 * keyboard work as well. `onComplete` is called with the last digit; what was entered is forgotten then.
 */
export function PinPad(props: {
  readonly label: string
  readonly disabled?: boolean
  readonly onComplete: (pin: string) => void
  readonly onChange?: () => void
}) {
  const { label, disabled = false, onComplete, onChange } = props
  const [pin, setPin] = useState('')
  const { entered, delete: deleteLabel } = messages.value.pin

  const press = (digit: string) => {
    if (disabled) return
    onChange?.()
    const next = pin + digit
    setPin(next.length === PIN_LENGTH ? '' : next)
    if (next.length === PIN_LENGTH) onComplete(next)
  }
  const erase = () => {
    if (!disabled) setPin(pin.slice(0, -1))
  }

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (/^\d$/.test(event.key)) press(event.key)
      else if (event.key === 'Backspace') erase()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })

  return (
    <fieldset class="pin" disabled={disabled}>
      <legend class="sr-only">{label}</legend>
      <div class="pin-dots" aria-hidden="true">
        {Array.from({ length: PIN_LENGTH }, (_, index) => (
          <span key={`dot-${index + 1}`} class={index < pin.length ? 'dot dot-full' : 'dot'} />
        ))}
      </div>
      <p class="sr-only" role="status">
        {entered(pin.length, PIN_LENGTH)}
      </p>
      <div class="pin-keys">
        {digits.map((digit) => (
          <button key={digit} type="button" class="pin-key" onClick={() => press(digit)}>
            {digit}
          </button>
        ))}
        <span aria-hidden="true" />
        <button type="button" class="pin-key" onClick={() => press('0')}>
          0
        </button>
        <button type="button" class="pin-key pin-erase" aria-label={deleteLabel} onClick={erase}>
          <Icon name="erase" />
        </button>
      </div>
    </fieldset>
  )
}
