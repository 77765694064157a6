import type { PowerAuthPrivateClient } from '@cloudsigner/clients/powerauth-private'
import { callbackPaths } from '@cloudsigner/contracts/orchestrator'
import type { CallbackUrlType } from '@cloudsigner/contracts/powerauth-private'
import type { BasicCredentials, ClientCredentials } from '@cloudsigner/service'
import { asked } from './power-auth-answer.ts'

/** What PowerAuth proves to this service that it is PowerAuth with. */
export type CallbackCredentials = BasicCredentials | ClientCredentials

export interface CallbackRegistration {
  /** Has PowerAuth tell this service of what happens; again, it changes what is different. UPSTREAM_UNAVAILABLE. */
  register(baseUrl: string, credentials: CallbackCredentials): Promise<void>
}

type Client = Pick<
  PowerAuthPrivateClient,
  'createCallbackUrl' | 'updateCallbackUrl' | 'getCallbackUrlList' | 'removeCallbackUrl'
>

/** Attempts of an event, some of them seconds apart: this service may be away for an hour. */
const maxAttempts = 120

/** By name: this service's own, whatever else the application has. */
const subscriptions: Readonly<Record<string, { readonly type: CallbackUrlType; readonly attributes: string[] }>> = {
  'orchestrator: activations': {
    type: 'ACTIVATION_STATUS_CHANGE',
    attributes: ['userId', 'activationStatus', 'applicationId'],
  },
  'orchestrator: operations': { type: 'OPERATION_STATUS_CHANGE', attributes: ['userId', 'status', 'externalId'] },
}

export function createCallbackRegistration(client: Client, applicationId: string): CallbackRegistration {
  return {
    async register(baseUrl, credentials) {
      const { callbackUrlList } = await asked(() => client.getCallbackUrlList({ applicationId }))
      for (const [name, { type, attributes }] of Object.entries(subscriptions)) {
        const [first, ...others] = callbackUrlList.filter((each) => each.name === name)
        const settings = {
          applicationId,
          name,
          type,
          attributes,
          callbackUrl: baseUrl + callbackPaths.powerAuth,
          authentication: authenticationBy(credentials),
          maxAttempts,
        }
        await asked(() =>
          first ? client.updateCallbackUrl({ id: first.id, ...settings }) : client.createCallbackUrl(settings),
        )
        for (const { id } of others) await asked(() => client.removeCallbackUrl({ id }))
      }
    },
  }
}

function authenticationBy(credentials: CallbackCredentials) {
  return 'tokenUri' in credentials
    ? { oauth2: { enabled: true, ...credentials } }
    : { httpBasic: { enabled: true, username: credentials.user, password: credentials.password } }
}
