/** Where the person is in the app: the address after `#`, so that the phone's own back gesture works. */
import { signal } from '@preact/signals'

export type Route =
  | { readonly name: 'inbox' }
  | { readonly name: 'history' }
  | { readonly name: 'device' }
  | { readonly name: 'document'; readonly id: string }
  | { readonly name: 'operation'; readonly id: string }

const inbox: Route = { name: 'inbox' }
/** Identifiers of servers: they become parts of addresses. */
const idPattern = /^[A-Za-z0-9_-]{1,64}$/

export function parseRoute(hash: string): Route {
  const [name, id] = hash.replace(/^#\/?/, '').split('/')
  if (name === 'history' || name === 'device') return { name }
  if ((name === 'document' || name === 'operation') && id !== undefined && idPattern.test(id)) return { name, id }
  return inbox
}

export function hrefOf(route: Route): string {
  return 'id' in route ? `#/${route.name}/${route.id}` : `#/${route.name}`
}

export const route = signal<Route>(inbox)

export function followAddress(window: Window): void {
  const read = () => {
    route.value = parseRoute(window.location.hash)
  }
  window.addEventListener('hashchange', read)
  read()
}

export function go(to: Route): void {
  window.location.hash = hrefOf(to)
}
