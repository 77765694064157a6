import { trustedScriptUrl } from '../state/trusted-types.ts'

export const SERVICE_WORKER = '/service-worker.js'

/** The shell works without a connection once it was here. In development there is none. */
export function registerServiceWorker(): void {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return
  navigator.serviceWorker.register(trustedScriptUrl(SERVICE_WORKER), { type: 'module' }).catch(() => undefined)
}
