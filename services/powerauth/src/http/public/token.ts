import {
  EciesEncryptedRequest,
  EciesEncryptedResponse,
  ObjectRequest,
  ObjectResponse,
  TokenRemoveRequest,
  TokenRemoveResponse,
} from '@cloudsigner/contracts/powerauth-public'
import type { HttpServer } from '@cloudsigner/service'
import { Check } from 'typebox/value'
import type { PowerAuthContext } from '../../methods/context.ts'
import { createToken, removeToken } from '../../methods/tokens.ts'
import { authenticate, possessionTypes, readAuthorization } from './authenticate.ts'
import { jsonBody, requestObject } from './body.ts'
import { compactEnvelope } from './compact-envelope.ts'
import { orRefuse, refusePublicly } from './errors.ts'
import { operation } from './operation.ts'

/** Protocol §9. */
export function tokenRoutes(server: HttpServer, context: PowerAuthContext): void {
  const create = { proof: 'authorization', body: EciesEncryptedRequest, answer: EciesEncryptedResponse } as const
  server.post('/pa/v3/token/create', operation('createToken', create), async (request) => {
    const authentication = await readAuthorization(request, possessionTypes)
    const body = jsonBody(request)
    if (!Check(EciesEncryptedRequest, body)) throw refusePublicly('tokenError', { reason: 'no envelope' })
    await authenticate(context, request, '/pa/token/create', authentication)
    const { header, signatureType } = authentication
    const { activationId, applicationKey, version } = header
    const answer = await orRefuse('tokenError', () =>
      createToken(context, { ...body, activationId, applicationKey, signatureType, protocolVersion: version }),
    )
    return compactEnvelope(answer)
  })

  const remove = {
    proof: 'authorization',
    body: ObjectRequest(TokenRemoveRequest),
    answer: ObjectResponse(TokenRemoveResponse),
  } as const
  server.post('/pa/v3/token/remove', operation('removeToken', remove), async (request) => {
    const authentication = await readAuthorization(request, possessionTypes)
    const { tokenId } = requestObject(request, TokenRemoveRequest)
    await authenticate(context, request, '/pa/token/remove', authentication)
    const { activationId } = authentication.header
    await orRefuse('tokenError', () => removeToken(context, { tokenId, activationId }))
    return { status: 'OK', responseObject: { tokenId } }
  })
}
