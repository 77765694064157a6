import { useSignal } from '@preact/signals'
import { useCallback } from 'preact/hooks'
import { messages } from '../i18n/index.ts'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import type { FinishedDocument } from '../phone/documents.ts'
import type { Hazard } from '../reader/hazards.ts'
import type { OpenPdf } from '../reader/open-pdf.ts'
import { Pages } from '../reader/pages.tsx'
import { HazardNotice } from './document-reader.tsx'

/** A document that waits no more: to be looked at and, where it is signed, kept or handed on. */
export function DocumentDone(props: {
  readonly shown: FinishedDocument
  readonly pdf: OpenPdf
  readonly hazards: readonly Hazard[]
  readonly onBack: () => void
}) {
  const { shown, pdf, hazards, onBack } = props
  const { document: description, bytes } = shown
  const texts = messages.value.document
  const page = useSignal(1)
  const onPage = useCallback((number: number) => {
    page.value = number
  }, [])
  const signed = description.status === 'SIGNED'
  const file = new File([new Uint8Array(bytes)], description.fileName, { type: 'application/pdf' })
  const canShare = navigator.canShare?.({ files: [file] }) === true
  return (
    <Screen
      title={description.name}
      onBack={onBack}
      wide
      foot={
        signed && (
          <div class="stack">
            <Button kind="primary" icon="save" onPress={() => save(file)}>
              {texts.keep}
            </Button>
            {canShare && (
              <Button icon="share" onPress={() => void navigator.share({ files: [file] }).catch(() => undefined)}>
                {texts.share}
              </Button>
            )}
          </div>
        )
      }
    >
      <div class="inset">
        <Notice kind={signed ? 'success' : 'info'} announce>
          {signed ? texts.signed(1) : texts.statuses[description.status]}
        </Notice>
        <HazardNotice hazards={hazards} />
      </div>
      <div class="reader-bar">
        <span role="status">{texts.page(page.value, pdf.pageCount)}</span>
      </div>
      <Pages pdf={pdf} zoom={1} onPage={onPage} onEnd={nothing} />
    </Screen>
  )
}

const nothing = () => undefined

/** A download by link: the platform asks where to, if at all. */
function save(file: File): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = file.name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
