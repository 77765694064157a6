import type { CallbackDestination, CallbackDestinations, SecretBox } from '@cloudsigner/service'
import { credentialsOf, type StoredAuthentication } from '../domain/callback-authentication.ts'
import { callbackUrlDefaults } from '../domain/callback-defaults.ts'
import { findCallbackUrl, listCallbackUrlIds } from '../store/callback-urls.ts'
import { seal, unseal } from '../store/sealed.ts'
import type { Db } from '../store/tables.ts'

/** The application's callback URLs as destinations of the outbox, as they are at the moment of sending. */
export function callbackDestinations(db: Db, secretBox: SecretBox): CallbackDestinations {
  return {
    ids: () => listCallbackUrlIds(db),
    async find(id): Promise<CallbackDestination | undefined> {
      const row = await findCallbackUrl(db, id)
      if (row === undefined) return undefined
      return {
        url: row.callback_url,
        ...credentialsOf(unsealAuthentication(secretBox, id, row.authentication_sealed)),
        maxAttempts: row.max_attempts ?? callbackUrlDefaults.maxAttempts,
        initialBackOffSeconds: row.initial_backoff ?? callbackUrlDefaults.initialBackOffSeconds,
        retentionSeconds: row.retention_period ?? callbackUrlDefaults.retentionSeconds,
      }
    },
  }
}

export function sealAuthentication(secretBox: SecretBox, id: string, authentication: StoredAuthentication): Uint8Array {
  return seal(secretBox, 'callbackAuthentication', id, new TextEncoder().encode(JSON.stringify(authentication)))
}

export function unsealAuthentication(secretBox: SecretBox, id: string, sealed: Uint8Array): StoredAuthentication {
  // Written by sealAuthentication.
  return JSON.parse(new TextDecoder().decode(unseal(secretBox, 'callbackAuthentication', id, sealed)))
}
