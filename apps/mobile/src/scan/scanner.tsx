import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { messages } from '../i18n/index.ts'
import { Notice } from '../parts/notice.tsx'
import { createQrReader, type QrReader } from './qr-reader.ts'

const PAUSE_MS = 120

/** The camera's picture, and each code found in it. The camera is let go when the screen goes. */
export function Scanner({ onCode }: { readonly onCode: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null)
  const found = useRef(onCode)
  found.current = onCode
  const denied = useSignal(false)
  const { scan } = messages.value

  useEffect(() => {
    const ended = new AbortController()
    run(video.current, (text) => found.current(text), ended.signal).catch(() => {
      denied.value = true
    })
    return () => ended.abort()
  }, [denied])

  if (denied.value) {
    return (
      <Notice kind="warning" announce>
        {scan.denied}
      </Notice>
    )
  }
  return (
    <div class="camera">
      <video ref={video} muted playsInline aria-label={scan.view} />
      <span class="camera-frame" aria-hidden="true" />
    </div>
  )
}

/** Fulfils when `signal` ends it; rejects where there is no camera, or the person does not allow it. */
async function run(video: HTMLVideoElement | null, onCode: (text: string) => void, signal: AbortSignal): Promise<void> {
  if (video === null) return
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false })
  const stop = () => {
    for (const track of stream.getTracks()) track.stop()
  }
  signal.addEventListener('abort', stop)
  if (signal.aborted) return stop()
  video.srcObject = stream
  await video.play().catch(() => undefined)
  const reader = await createQrReader(globalThis)
  while (!signal.aborted) {
    const text = await readOnce(reader, video)
    if (text !== undefined && !signal.aborted) onCode(text)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}

/** A frame that cannot be read is one among many. */
function readOnce(reader: QrReader, video: HTMLVideoElement): Promise<string | undefined> {
  return reader.read(video).catch(() => undefined)
}
