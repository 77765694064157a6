import {
  CreateTemporaryKeyRequest,
  CreateTemporaryKeyResponse,
  EciesEncryptedRequest,
  EciesEncryptedResponse,
  ObjectRequest,
  ObjectResponse,
  ServerStatusResponse,
} from '@cloudsigner/contracts/powerauth-public'
import type { HttpServer } from '@cloudsigner/service'
import type { Static } from 'typebox'
import type { PowerAuthContext } from '../../methods/context.ts'
import { newUuid } from '../../methods/identifiers.ts'
import { createTemporaryKey } from '../../methods/temporary-keys.ts'
import { requestObject } from './body.ts'
import { decryptBody, readEncryption } from './encryption.ts'
import { orRefuse } from './errors.ts'
import { operation } from './operation.ts'

export function systemRoutes(server: HttpServer, context: PowerAuthContext): void {
  const { clock, random, settings } = context

  /** The clock that clients set theirs by. Whatever is in the body is ignored. */
  server.post(
    '/pa/v3/status',
    operation('getServerStatus', { answer: ObjectResponse(ServerStatusResponse) }),
    async () => {
      const responseObject: Static<typeof ServerStatusResponse> = {
        serverTime: clock.now().getTime(),
        application: { name: settings.applicationName, version: settings.version },
      }
      return { status: 'OK', responseObject }
    },
  )

  /** Protocol §6. */
  const createKey = {
    body: ObjectRequest(CreateTemporaryKeyRequest),
    answer: ObjectResponse(CreateTemporaryKeyResponse),
  }
  server.post('/pa/v3/keystore/create', operation('createTemporaryKey', createKey), async (request) => {
    const { jwt } = requestObject(request, CreateTemporaryKeyRequest)
    return { status: 'OK', responseObject: await orRefuse('temporaryKey', () => createTemporaryKey(context, { jwt })) }
  })

  /** Protocol §7.6. What is known of the user is their identifier; the claims are named as OpenID Connect names them. */
  const userInfo = { proof: 'encryption', body: EciesEncryptedRequest, answer: EciesEncryptedResponse } as const
  server.post('/pa/v3/user/info', operation('getUserInfo', userInfo), async (request) => {
    const header = await readEncryption(request, 'activation')
    const { envelope, activation } = await decryptBody(context, request, header, '/pa/generic/activation')
    const iat = Math.floor(clock.now().getTime() / 1000)
    return envelope.answer({ sub: activation?.user_id, jti: newUuid(random), iat })
  })
}
