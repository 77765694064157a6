import { useSignal } from '@preact/signals'
import { useCallback, useEffect } from 'preact/hooks'
import { messages } from '../i18n/index.ts'
import { Button, IconButton } from '../parts/button.tsx'
import { Modal } from '../parts/modal.tsx'
import { Busy, Notice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { type OpenedDocument, rejectDocument } from '../phone/documents.ts'
import type { Hazard } from '../reader/hazards.ts'
import type { OpenPdf } from '../reader/open-pdf.ts'
import { Pages } from '../reader/pages.tsx'
import { useApp } from '../state/app.ts'
import { go } from '../state/route.ts'
import { failure, useSigning } from './use-signing.ts'

const zooms = [1, 1.5, 2, 3] as const

/** A document that waits: all of it can be read, and only then signed. */
export function DocumentReader(props: {
  readonly opened: OpenedDocument
  readonly pdf: OpenPdf
  readonly hazards: readonly Hazard[]
  readonly onBack: () => void
  readonly onChange: () => void
}) {
  const { opened, pdf, hazards, onBack, onChange } = props
  const { session, authorization, reviews } = useApp()
  const texts = messages.value.document
  const { sign, outcome } = useSigning()
  const zoom = useSignal(0)
  const page = useSignal(1)
  const rejecting = useSignal(false)
  const finished = useSignal(false)
  const { documentId } = opened.document
  const read = reviews.read.value.has(documentId)
  const onPage = useCallback((number: number) => {
    page.value = number
  }, [])
  const onEnd = useCallback(() => reviews.add(opened), [reviews, opened])

  const signNow = async () => {
    if (!(await sign([opened]))) return
    finished.value = true
    onChange()
  }
  const reject = async () => {
    rejecting.value = false
    try {
      const done = await authorization.perform({
        title: texts.reject,
        biometryAllowed: true,
        perform: (authentication) => rejectDocument(session.phone, opened, authentication),
      })
      if (done === undefined) return
      reviews.remove(documentId)
      finished.value = true
      onChange()
    } catch (error) {
      outcome.value = failure(error)
    }
  }
  const signaturePage = useSignal<number | undefined>(undefined)
  useEffect(() => {
    pdf.findField(opened.fieldName).then(
      (found) => {
        signaturePage.value = found
      },
      () => undefined,
    )
  }, [pdf, opened, signaturePage])
  if (finished.value) {
    return (
      <Screen title={opened.document.name} onBack={onBack}>
        {outcome.value && (
          <Notice kind={outcome.value.kind} announce>
            {outcome.value.text}
          </Notice>
        )}
        <Busy />
      </Screen>
    )
  }
  const foot = read ? (
    <div class="stack">
      {outcome.value && (
        <Notice kind={outcome.value.kind} title={outcome.value.title} announce>
          {outcome.value.text}
        </Notice>
      )}
      <div class="two">
        <Button
          kind="danger"
          onPress={() => {
            rejecting.value = true
          }}
        >
          {texts.reject}
        </Button>
        <Button kind="primary" icon="pen" onPress={() => void signNow()}>
          {texts.sign}
        </Button>
      </div>
    </div>
  ) : (
    <div class="stack">
      <p class="muted centre" id="read-first">
        {texts.readToEnd}
      </p>
      <Button icon="down" describedBy="read-first" onPress={() => toPage(pdf.pageCount, 'end')}>
        {texts.lastPage}
      </Button>
    </div>
  )
  return (
    <Screen title={opened.document.name} onBack={onBack} wide foot={foot}>
      <div class="inset">
        <HazardNotice hazards={hazards} />
        <div class="card">
          <p class="comparison">
            <span>{texts.comparison}</span>
            <code>{opened.comparisonCode}</code>
          </p>
          <p class="muted">{texts.comparisonText}</p>
        </div>
        {signaturePage.value !== undefined && (
          <Button kind="quiet" icon="pen" onPress={() => toPage(signaturePage.value ?? 1, 'center')}>
            {texts.signatureHere(signaturePage.value)}
          </Button>
        )}
      </div>
      <div class="reader-bar">
        <span role="status">{texts.page(page.value, pdf.pageCount)}</span>
        <span class="reader-tools">
          <IconButton
            icon="minus"
            label={texts.zoomOut}
            disabled={zoom.value === 0}
            onPress={() => {
              zoom.value -= 1
            }}
          />
          <IconButton
            icon="plus"
            label={texts.zoomIn}
            disabled={zoom.value === zooms.length - 1}
            onPress={() => {
              zoom.value += 1
            }}
          />
        </span>
      </div>
      <Pages pdf={pdf} zoom={zooms[zoom.value] ?? 1} onPage={onPage} onEnd={onEnd} />
      {read && (
        <div class="inset">
          <Button kind="quiet" onPress={() => go({ name: 'inbox' })}>
            {texts.later}
          </Button>
        </div>
      )}
      {rejecting.value && (
        <Modal
          title={texts.rejectTitle}
          onCancel={() => {
            rejecting.value = false
          }}
        >
          <p>{texts.rejectText}</p>
          <div class="stack">
            <Button kind="danger" onPress={() => void reject()}>
              {texts.rejectYes}
            </Button>
            <Button
              kind="quiet"
              onPress={() => {
                rejecting.value = false
              }}
            >
              {messages.value.actions.cancel}
            </Button>
          </div>
        </Modal>
      )}
    </Screen>
  )
}

function toPage(number: number, block: ScrollLogicalPosition): void {
  const page = document.getElementById(`page-${number}`)
  page?.scrollIntoView({ block })
  page?.focus({ preventScroll: true })
}

export function HazardNotice({ hazards }: { readonly hazards: readonly Hazard[] }) {
  const texts = messages.value.document
  if (hazards.length === 0) return null
  return (
    <Notice kind="warning" title={texts.hazardsTitle} announce>
      <ul>
        {hazards.map((hazard) => (
          <li key={hazard}>{texts.hazards[hazard]}</li>
        ))}
      </ul>
    </Notice>
  )
}
