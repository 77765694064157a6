/**
 * Keeps the shell for when there is no connection, and the PDF reader once it was used. Answers of bank and PowerAuth are
 * never kept, but for what the app is made with.
 */

/** Put in by the build: the shell's files, and a digest of all that was built. */
declare const __SHELL__: readonly string[]
declare const __BUILD__: string

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}
interface WorkerScope {
  readonly location: Location
  readonly caches: CacheStorage
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void
}

const scope = globalThis as unknown as WorkerScope
const { origin } = scope.location
const CACHE = `cloudsigner-${__BUILD__}`
const CONFIGURATION = '/app/configuration'

scope.addEventListener('install', (event) => {
  event.waitUntil(scope.caches.open(CACHE).then((cache) => cache.addAll(['/', ...__SHELL__])))
  void scope.skipWaiting()
})

scope.addEventListener('activate', (event) => {
  event.waitUntil(removeOthers().then(() => scope.clients.claim()))
})

scope.addEventListener('fetch', (event) => {
  const { request } = event
  const { pathname, origin: target } = new URL(request.url)
  if (request.method !== 'GET' || target !== origin) return
  if (request.mode === 'navigate') event.respondWith(fromNetworkFirst(request, '/'))
  else if (pathname === CONFIGURATION) event.respondWith(fromNetworkFirst(request, pathname))
  else if (/^\/(?:assets|pdfjs)\/|^\/[\w.-]+\.(?:svg|png|webmanifest)$/.test(pathname)) {
    event.respondWith(fromCacheFirst(request))
  }
})

async function removeOthers(): Promise<void> {
  const names = await scope.caches.keys()
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => scope.caches.delete(name)))
}

/** Files of the build carry their digest in their name, so that a kept one is as good. */
async function fromCacheFirst(request: Request): Promise<Response> {
  const cache = await scope.caches.open(CACHE)
  const kept = await cache.match(request)
  if (kept !== undefined) return kept
  const response = await fetch(request)
  if (response.ok) await cache.put(request, response.clone())
  return response
}

async function fromNetworkFirst(request: Request, key: string): Promise<Response> {
  const cache = await scope.caches.open(CACHE)
  try {
    const response = await fetch(request)
    if (response.ok) await cache.put(key, response.clone())
    return response
  } catch (error) {
    const kept = await cache.match(key)
    if (kept !== undefined) return kept
    throw error
  }
}
