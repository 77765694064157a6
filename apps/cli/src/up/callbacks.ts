import type { CallbackReceiverConfig } from '@cloudsigner/orchestrator'
import type { CallbackDestination, CallbackSettings } from '@cloudsigner/service'
import type { CallbackConfig } from '@cloudsigner/signer'
import { accessOf, clientCredentialsFrom, isProduction } from './access.ts'
import type { Environment } from './addresses.ts'
import type { Installation } from './installation.ts'

/** Loopback or a bank's own network: who does not answer soon is down. */
export const callbackSettings: Partial<CallbackSettings> = { connectTimeoutSeconds: 2, responseTimeoutSeconds: 10 }

type Credentials = Required<Pick<CallbackDestination, 'basic'>> | Required<Pick<CallbackDestination, 'oauth2'>>

/**
 * What PowerAuth and the signer prove themselves with to the orchestrator: HTTP Basic in development, tokens of the
 * authorization server in production. null: they tell nobody, since CLOUDSIGNER_CALLBACKS=off or there is no client.
 */
function senderCredentials({ credentials }: Installation, environment: Environment): Credentials | null {
  if (environment.CLOUDSIGNER_CALLBACKS === 'off') return null
  const oauth2 = clientCredentialsFrom(environment)
  if (oauth2) return { oauth2 }
  return isProduction(environment) ? null : { basic: credentials.callbacks }
}

/** Whom the signer tells. */
export function signerCallbacks(
  installation: Installation,
  environment: Environment,
): { readonly callbacks?: CallbackConfig } {
  const sender = senderCredentials(installation, environment)
  if (sender === null) return {}
  const orchestrator = { url: `${installation.peers.orchestrator}/callbacks/signer`, ...sender }
  return { callbacks: { destinations: { orchestrator }, settings: callbackSettings } }
}

/** Whom the orchestrator lets tell it, and what it asks PowerAuth to tell. */
export function orchestratorCallbacks(
  installation: Installation,
  environment: Environment,
): { readonly callbacks?: CallbackReceiverConfig } {
  const sender = senderCredentials(installation, environment)
  if (sender === null) return {}
  const { peers, credentials } = installation
  return {
    callbacks: {
      access: accessOf('ORCHESTRATOR', credentials.callbacks, environment),
      registration: {
        baseUrl: peers.orchestrator,
        credentials: 'basic' in sender ? sender.basic : sender.oauth2,
      },
    },
  }
}
