import type { Money, OperationAttribute, PartyInfo } from '@cloudsigner/mobile-token-sdk'
import { messages } from '../i18n/index.ts'
import { Notice } from '../parts/notice.tsx'

const alertKinds = { SUCCESS: 'success', INFO: 'info', WARNING: 'warning', ERROR: 'error' } as const

/** Every attribute of an operation, in the server's order: what is approved is all of it. */
export function OperationAttributes({ attributes }: { readonly attributes: readonly OperationAttribute[] }) {
  return (
    <div class="attributes">
      {attributes.map((attribute) => (
        <div key={attribute.id} class={`attribute attribute-${attribute.type.toLowerCase()}`}>
          <Attribute attribute={attribute} />
        </div>
      ))}
    </div>
  )
}

function Attribute({ attribute }: { readonly attribute: OperationAttribute }) {
  switch (attribute.type) {
    case 'AMOUNT':
      return <Labelled label={attribute.label} text={attribute.valueFormatted} large />
    case 'AMOUNT_CONVERSION':
      return <Conversion {...attribute} />
    case 'KEY_VALUE':
      return <Labelled label={attribute.label} text={attribute.value} />
    case 'NOTE':
      return <Labelled label={attribute.label} text={attribute.note} />
    case 'HEADING':
      return attribute.level > 0 ? <h3>{attribute.label}</h3> : <h2>{attribute.label}</h2>
    case 'ALERT':
      return (
        <Notice kind={alertKinds[attribute.alertType]} title={attribute.title ?? attribute.label}>
          {attribute.message}
        </Notice>
      )
    case 'IMAGE':
      return <Picture {...attribute} />
    case 'PARTY_INFO':
      return <Party label={attribute.label} party={attribute.partyInfo} />
  }
}

function Labelled(props: { readonly label: string; readonly text: string; readonly large?: boolean }) {
  return (
    <div class="labelled">
      <p class="muted">{props.label}</p>
      <p class={props.large ? 'amount' : 'value'}>{props.text}</p>
    </div>
  )
}

function Conversion(props: { label: string; dynamic: boolean; source: Money; target: Money }) {
  const { operation } = messages.value
  return (
    <div class="labelled">
      <p class="muted">{props.label}</p>
      <dl class="conversion">
        <div>
          <dt>{operation.from}</dt>
          <dd>{props.source.valueFormatted}</dd>
        </div>
        <div>
          <dt>{operation.to}</dt>
          <dd>{props.target.valueFormatted}</dd>
        </div>
      </dl>
      {props.dynamic && <p class="muted">{operation.dynamicRate}</p>}
    </div>
  )
}

/** Pictures and sites are elsewhere, and the app asks nobody else for anything: a link, opened only when it is wanted. */
function Picture(props: { label: string; thumbnailUrl: string; originalUrl?: string }) {
  return (
    <div class="labelled">
      <p class="muted">{props.label}</p>
      <Elsewhere url={props.originalUrl ?? props.thumbnailUrl} text={messages.value.operation.image} />
    </div>
  )
}

function Party({ label, party }: { readonly label: string; readonly party: PartyInfo }) {
  return (
    <div class="labelled">
      <p class="muted">{label}</p>
      {party.name && <p class="value">{party.name}</p>}
      {party.description && <p>{party.description}</p>}
      {party.websiteUrl && <Elsewhere url={party.websiteUrl} text={messages.value.operation.website} />}
    </div>
  )
}

function Elsewhere({ url, text }: { readonly url: string; readonly text: string }) {
  if (!isWebAddress(url)) return <p class="value">{url}</p>
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {`${text} (${new URL(url).host})`}
    </a>
  )
}

/** Links of servers: what is no web address is shown, and not linked. */
export function isWebAddress(url: string): boolean {
  return /^https?:$/.test(URL.parse(url)?.protocol ?? '')
}
