import { useEffect } from 'preact/hooks'
import { formatBytes, formatMoment, language, messages } from '../i18n/index.ts'
import { Button, IconButton } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Busy, Notice, TroubleNotice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { useApp } from '../state/app.ts'
import { useLoaded } from '../state/loaded.ts'
import { BiometryOffer } from './biometry-offer.tsx'
import { Item, Section } from './item.tsx'
import { useSigning } from './use-signing.ts'

const POLL_MS = 7000

/** What waits for the person: documents and operations, newest first, asked for again and again while it is looked at. */
export function Inbox() {
  const { session, reviews } = useApp()
  const { inbox, actions } = messages.value
  const { sign, outcome } = useSigning()
  const { state, reload } = useLoaded(language.value, async () => {
    const [documents, operations] = await Promise.all([
      session.phone.bank().listDocuments(),
      session.phone.mobileToken(language.value).list(),
    ])
    const waiting = documents.documents.filter(({ status }) => status === 'WAITING')
    // The operation of a document in Cloud mode is approved with the document, once that was read.
    const ofDocuments = new Set(waiting.map(({ approval }) => approval?.operationId))
    return { documents: waiting, operations: operations.operations.filter(({ id }) => !ofDocuments.has(id)) }
  })
  useEffect(() => {
    const timer = setInterval(() => {
      if (!window.document.hidden) reload()
    }, POLL_MS)
    return () => clearInterval(timer)
  }, [language.value])

  const loaded = state.value
  const waiting = loaded.kind === 'there' ? loaded.value : { documents: [], operations: [] }
  const read = [...reviews.read.value.values()].filter(({ document: { documentId } }) =>
    waiting.documents.some((each) => each.documentId === documentId),
  )
  const signRead = async () => {
    await sign(read)
    reload()
  }
  return (
    <Screen
      title={inbox.title}
      tools={<IconButton icon="refresh" label={actions.refresh} onPress={reload} />}
      foot={
        read.length > 0 && (
          <div class="stack">
            <Button kind="primary" icon="pen" onPress={() => void signRead()}>
              {inbox.signAll(read.length)}
            </Button>
          </div>
        )
      }
    >
      <BiometryOffer />
      {loaded.kind === 'loading' && <Busy />}
      {loaded.kind === 'failed' && <TroubleNotice trouble={loaded.trouble} />}
      {outcome.value && (
        <Notice kind={outcome.value.kind} title={outcome.value.title} announce>
          {outcome.value.text}
        </Notice>
      )}
      <Section title={inbox.documents}>
        {waiting.documents.map(({ documentId, name, size, expiresAt }) => (
          <Item
            key={documentId}
            icon="document"
            name={name}
            detail={`${formatBytes(size)} · ${inbox.until(formatMoment(new Date(expiresAt)))}`}
            to={{ name: 'document', id: documentId }}
            badge={
              reviews.read.value.has(documentId) && (
                <span class="badge badge-good">
                  <Icon name="check" />
                  {inbox.read}
                </span>
              )
            }
          />
        ))}
      </Section>
      <Section title={inbox.operations}>
        {waiting.operations.map(({ id, form, expires }) => (
          <Item
            key={id}
            icon="operation"
            name={form.title}
            detail={inbox.until(formatMoment(expires))}
            to={{ name: 'operation', id }}
          />
        ))}
      </Section>
      {loaded.kind === 'there' && waiting.documents.length + waiting.operations.length === 0 && (
        <div class="empty">
          <Icon name="inbox" />
          <h2>{inbox.empty}</h2>
          <p class="muted">{inbox.emptyText}</p>
        </div>
      )}
    </Screen>
  )
}
