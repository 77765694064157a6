import {
  type ActivationDetailResponse,
  ActivationLayer1Request,
  type ActivationLayer1Response,
  ActivationRemoveResponse,
  ActivationRenameRequest,
  ActivationStatusRequest,
  ActivationStatusResponse,
  EciesEncryptedRequest,
  EciesEncryptedResponse,
  ObjectRequest,
  ObjectResponse,
} from '@cloudsigner/contracts/powerauth-public'
import type { HttpServer } from '@cloudsigner/service'
import { Check } from 'typebox/value'
import { removeActivation, updateActivationName } from '../../methods/activation-lifecycle.ts'
import { getStatusBlob } from '../../methods/activation-status.ts'
import type { PowerAuthContext } from '../../methods/context.ts'
import { prepareActivation } from '../../methods/key-exchange.ts'
import { authenticate, authenticateByToken, readAuthorization, signedBody, twoFactorTypes } from './authenticate.ts'
import { requestObject } from './body.ts'
import { compactEnvelope } from './compact-envelope.ts'
import { decryptBody, readEncryption } from './encryption.ts'
import { orRefuse, refusePublicly } from './errors.ts'
import { operation } from './operation.ts'

export function activationRoutes(server: HttpServer, context: PowerAuthContext): void {
  const encrypted = { body: EciesEncryptedRequest, answer: EciesEncryptedResponse }

  /** Protocol §7.1, activation by code. The other types need a provider or recovery codes, and there is none. */
  server.post(
    '/pa/v3/activation/create',
    operation('createActivation', { proof: 'encryption', ...encrypted }),
    async (request) => {
      const header = await readEncryption(request, 'application')
      const { envelope } = await decryptBody(context, request, header, '/pa/generic/application')
      const layer1 = await orRefuse('encryption', () => envelope.json())
      if (!Check(ActivationLayer1Request, layer1)) throw refusePublicly('activation', { reason: 'layer 1 payload' })
      const { code } = layer1.identityAttributes
      if (layer1.type !== 'CODE' || code === undefined) throw refusePublicly('activation', { type: layer1.type })
      const prepared = await orRefuse('activation', () =>
        prepareActivation(context, {
          activationCode: code,
          applicationKey: header.applicationKey,
          protocolVersion: header.version,
          ...layer1.activationData,
        }),
      )
      const answer: ActivationLayer1Response = { customAttributes: {}, activationData: compactEnvelope(prepared) }
      return envelope.answer(answer)
    },
  )

  /** Protocol §7.3. */
  const status = { body: ObjectRequest(ActivationStatusRequest), answer: ObjectResponse(ActivationStatusResponse) }
  server.post('/pa/v3/activation/status', operation('getActivationStatus', status), async (request) => {
    const { activationId, challenge } = requestObject(request, ActivationStatusRequest)
    const { encryptedStatusBlob, nonce } = await orRefuse('activation', () =>
      getStatusBlob(context, activationId, challenge ?? undefined),
    )
    return {
      status: 'OK',
      responseObject: { activationId, encryptedStatusBlob, ...(nonce === undefined ? {} : { nonce }) },
    }
  })

  /** Protocol §7.5. */
  const remove = { proof: 'authorization', answer: ObjectResponse(ActivationRemoveResponse) } as const
  server.post('/pa/v3/activation/remove', operation('removeActivation', remove), async (request) => {
    const authentication = await readAuthorization(request, ['POSSESSION', ...twoFactorTypes])
    await authenticate(context, request, '/pa/activation/remove', authentication)
    const { activationId } = authentication.header
    await orRefuse('activation', () => removeActivation(context, { activationId }))
    return { status: 'OK', responseObject: { activationId } }
  })

  /** Protocol §7.6: by token. The answer is wrapped inside the encryption, as on the genuine wire. */
  server.post(
    '/pa/v3/activation/detail',
    operation('getActivationDetail', { proof: 'token', ...encrypted }),
    async (request) => {
      const { activationId } = await authenticateByToken(context, request, twoFactorTypes)
      const header = await readEncryption(request, 'activation')
      // A token speaks for its own activation alone.
      if (header.activationId !== activationId) throw refusePublicly('encryption', { reason: 'other activation' })
      const { envelope, activation } = await decryptBody(context, request, header, '/pa/generic/activation')
      const responseObject: ActivationDetailResponse = {
        activationId,
        activationName: activation?.activation_name ?? '',
      }
      return envelope.answer({ status: 'OK', responseObject })
    },
  )

  /** Protocol §7.6: signed and encrypted. Clients sign before they encrypt, or after; either is one code. */
  server.post(
    '/pa/v3/activation/rename',
    operation('renameActivation', { proof: 'authorization', ...encrypted }),
    async (request) => {
      const authentication = await readAuthorization(request, twoFactorTypes)
      const { activationId } = authentication.header
      const { envelope } = await decryptBody(context, request, authentication.header, '/pa/generic/activation')
      const bodies = [envelope.plaintext, signedBody(request)] as const
      await authenticate(context, request, '/pa/activation/rename', authentication, bodies)
      const payload = await orRefuse('activation', () => envelope.json())
      if (!Check(ActivationRenameRequest, payload)) throw refusePublicly('activation', { reason: 'rename payload' })
      const { activationName } = payload
      await orRefuse('activation', () =>
        updateActivationName(context, { activationId, activationName, externalUserId: null }),
      )
      const responseObject: ActivationDetailResponse = { activationId, activationName }
      return envelope.answer({ status: 'OK', responseObject })
    },
  )
}
