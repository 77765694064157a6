import type { Operation } from '@cloudsigner/mobile-token-sdk'
import { useSignal } from '@preact/signals'
import { formatMoment, language, messages } from '../i18n/index.ts'
import { Button } from '../parts/button.tsx'
import { Busy, TroubleNotice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { useApp } from '../state/app.ts'
import { useLoaded } from '../state/loaded.ts'
import { type Trouble, troubleOf } from '../state/trouble.ts'
import { Item, Section } from './item.tsx'

/** Documents at once; operations once the person has proven themselves, as the API wants it. */
export function History() {
  const { session, authorization } = useApp()
  const { history, document, operation } = messages.value
  const { state } = useLoaded('history', async () => (await session.phone.bank().listDocuments()).documents)
  const operations = useSignal<readonly Operation[] | undefined>(undefined)
  const trouble = useSignal<Trouble | undefined>(undefined)
  const loaded = state.value
  const documents = loaded.kind === 'there' ? loaded.value.filter(({ status }) => status !== 'WAITING') : []

  const showOperations = async () => {
    trouble.value = undefined
    try {
      const list = await authorization.perform({
        title: history.pinTitle,
        biometryAllowed: true,
        perform: (authentication) => session.phone.mobileToken(language.value).history(authentication),
      })
      operations.value = list?.operations ?? operations.value
    } catch (error) {
      trouble.value = troubleOf(error)
    }
  }
  return (
    <Screen title={history.title}>
      {loaded.kind === 'loading' && <Busy />}
      {loaded.kind === 'failed' && <TroubleNotice trouble={loaded.trouble} />}
      {loaded.kind === 'there' && documents.length === 0 && <p class="muted">{history.empty}</p>}
      <Section title={history.documents}>
        {documents.map(({ documentId, name, status, createdAt }) => (
          <Item
            key={documentId}
            icon="document"
            name={name}
            detail={formatMoment(new Date(createdAt))}
            to={{ name: 'document', id: documentId }}
            badge={<StatusBadge good={status === 'SIGNED'} text={document.statuses[status]} />}
          />
        ))}
      </Section>
      {trouble.value && <TroubleNotice trouble={trouble.value} />}
      {operations.value === undefined ? (
        <Button icon="lock" onPress={() => void showOperations()}>
          {history.showOperations}
        </Button>
      ) : (
        <Section title={history.operations}>
          {operations.value.map(({ id, form, status, created }) => (
            <Item
              key={id}
              icon="operation"
              name={form.title}
              detail={formatMoment(created)}
              to={{ name: 'operation', id }}
              badge={<StatusBadge good={status === 'APPROVED'} text={operation.statuses[status]} />}
            />
          ))}
        </Section>
      )}
    </Screen>
  )
}

function StatusBadge({ good, text }: { readonly good: boolean; readonly text: string }) {
  return <span class={good ? 'badge badge-good' : 'badge'}>{text}</span>
}
