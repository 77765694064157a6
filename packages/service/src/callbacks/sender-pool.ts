import type { Clock } from '../clock.ts'
import type { CallbackDestination, CallbackSettings } from './destination.ts'
import { type CallbackSender, createCallbackSender } from './send-callback.ts'

/** Connections by destination, kept as long as a destination is what it was. */
export interface SenderPool {
  of(id: string, destination: CallbackDestination): CallbackSender
  close(): Promise<void>
}

interface Kept {
  /** By value: a destination that comes from a database is another object each time. */
  readonly fingerprint: string
  readonly sender: CallbackSender
}

export function createSenderPool(settings: CallbackSettings, clock: Clock): SenderPool {
  const kept = new Map<string, Kept>()
  return {
    of(id, destination) {
      const fingerprint = fingerprintOf(destination)
      const known = kept.get(id)
      if (known?.fingerprint === fingerprint) return known.sender
      // What the old one still sends fails, and is sent again by the new one.
      void known?.sender.close()
      const sender = createCallbackSender(destination, settings, clock)
      kept.set(id, { fingerprint, sender })
      return sender
    },
    async close() {
      await Promise.all([...kept.values()].map(({ sender }) => sender.close()))
      kept.clear()
    },
  }
}

/** Only of what connections are made of. */
function fingerprintOf({ url, basic, oauth2, clientCertificate, trustedRoots }: CallbackDestination): string {
  const certificate =
    clientCertificate && 'pfx' in clientCertificate
      ? { ...clientCertificate, pfx: Buffer.from(clientCertificate.pfx).toString('base64') }
      : clientCertificate
  return JSON.stringify([url, basic, oauth2, certificate, trustedRoots])
}
