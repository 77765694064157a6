import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'

/** A deliberate gesture: drag to the end, or the arrow keys of a keyboard. A native range, so that both work. */
export function Slider(props: { readonly label: string; readonly disabled?: boolean; readonly onSlid: () => void }) {
  const value = useSignal(0)
  const id = useId()
  const settle = () => {
    if (value.value >= 100) props.onSlid()
    value.value = 0
  }
  return (
    <div class="slider">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={100}
        step={5}
        value={value.value}
        disabled={props.disabled ?? false}
        onInput={(event) => {
          value.value = event.currentTarget.valueAsNumber
        }}
        onPointerUp={settle}
        onKeyUp={() => {
          if (value.value >= 100) settle()
        }}
      />
    </div>
  )
}
