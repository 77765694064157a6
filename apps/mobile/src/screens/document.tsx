import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { messages } from '../i18n/index.ts'
import { Busy, Notice, TroubleNotice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { fetchDocument, type ShownDocument } from '../phone/documents.ts'
import type { Hazard } from '../reader/hazards.ts'
import type { OpenPdf } from '../reader/open-pdf.ts'
import { useApp } from '../state/app.ts'
import { useLoaded } from '../state/loaded.ts'
import { go } from '../state/route.ts'
import { DocumentDone } from './document-done.tsx'
import { DocumentReader } from './document-reader.tsx'
import { failure } from './use-signing.ts'

/** One document: read while it waits, kept or shared once it is signed. */
export function DocumentScreen({ id }: { readonly id: string }) {
  const { session } = useApp()
  const back = () => go({ name: 'inbox' })
  const { state, reload } = useLoaded(id, () => fetchDocument(session.phone, id))
  const loaded = state.value
  if (loaded.kind === 'there') return <Opened shown={loaded.value} onBack={back} onChange={reload} />
  return (
    <Screen title={messages.value.tabs.inbox} onBack={back}>
      {loaded.kind === 'loading' && <Busy />}
      {loaded.kind === 'failed' && loaded.trouble === 'document_refused' && <Refused error={loaded.error} />}
      {loaded.kind === 'failed' && loaded.trouble !== 'document_refused' && <TroubleNotice trouble={loaded.trouble} />}
    </Screen>
  )
}

function Refused({ error }: { readonly error: unknown }) {
  const { title, text } = failure(error)
  return (
    <Notice kind="error" title={title} announce>
      {text}
    </Notice>
  )
}

/** What the bank handed in, as far as it was signed before; a finished document with all of its signatures. */
async function earlierSignaturesAreSound(shown: ShownDocument): Promise<boolean> {
  const { judgeEarlierSignatures } = await import('../reader/earlier-signatures.ts')
  const bytes = shown.kind === 'waiting' ? shown.bytes.slice(0, shown.originalSize) : shown.bytes
  return (await judgeEarlierSignatures(bytes)).sound
}

interface OpenedProps {
  readonly shown: ShownDocument
  readonly onBack: () => void
  readonly onChange: () => void
}

function Opened({ shown, onBack, onChange }: OpenedProps) {
  const pdf = useSignal<OpenPdf | 'opening' | 'unreadable'>('opening')
  const hazards = useSignal<readonly Hazard[]>([])
  useEffect(() => {
    const ended = new AbortController()
    let opened: OpenPdf | undefined
    const add = (...found: readonly Hazard[]) => {
      hazards.value = [...new Set([...hazards.peek(), ...found])]
    }
    pdf.value = 'opening'
    hazards.value = []
    const open = async () => {
      const { openPdf } = await import('../reader/open-pdf.ts')
      opened = await openPdf(shown.bytes, add)
      if (ended.signal.aborted) return opened.close()
      pdf.value = opened
      add(...(await opened.hazards()))
      if (!(await earlierSignaturesAreSound(shown))) add('earlier_signature')
    }
    open().catch(() => {
      if (!ended.signal.aborted && pdf.peek() === 'opening') pdf.value = 'unreadable'
    })
    return () => {
      ended.abort()
      void opened?.close()
    }
  }, [shown, pdf, hazards])

  const { document } = shown
  if (pdf.value === 'opening' || pdf.value === 'unreadable') {
    return (
      <Screen title={document.name} onBack={onBack}>
        {pdf.value === 'opening' ? <Busy /> : <Notice kind="error">{messages.value.document.unreadable}</Notice>}
      </Screen>
    )
  }
  const common = { pdf: pdf.value, hazards: hazards.value, onBack, onChange }
  return shown.kind === 'waiting' ? (
    <DocumentReader {...common} opened={shown} />
  ) : (
    <DocumentDone {...common} shown={shown} />
  )
}
