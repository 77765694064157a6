import { EciesEncryptedRequest, EciesEncryptedResponse } from '@cloudsigner/contracts/powerauth-public'
import { normalizeRequest } from '@cloudsigner/powerauth-protocol'
import type { HttpServer } from '@cloudsigner/service'
import { Check } from 'typebox/value'
import type { PowerAuthContext } from '../../methods/context.ts'
import { vaultUnlock } from '../../methods/vault.ts'
import { possessionTypes, readAuthorization } from './authenticate.ts'
import { jsonBody, rawBody } from './body.ts'
import { compactEnvelope } from './compact-envelope.ts'
import { orRefuse, refusePublicly } from './errors.ts'
import { operation } from './operation.ts'

/** Protocol §10. */
export function vaultRoutes(server: HttpServer, context: PowerAuthContext): void {
  const unlock = { proof: 'authorization', body: EciesEncryptedRequest, answer: EciesEncryptedResponse } as const
  server.post('/pa/v3/vault/unlock', operation('unlockVault', unlock), async (request) => {
    const { header, signatureType } = await readAuthorization(request, possessionTypes)
    const body = jsonBody(request)
    if (!Check(EciesEncryptedRequest, body)) throw refusePublicly('secureVault', { reason: 'no envelope' })
    const { activationId, applicationKey, nonce, version } = header
    const { method } = request
    const answer = await orRefuse('secureVault', () =>
      vaultUnlock(context, {
        ...body,
        activationId,
        applicationKey,
        signedData: normalizeRequest({ method, uriId: '/pa/vault/unlock', nonce, body: rawBody(request) }),
        signature: header.code,
        signatureType,
        signatureVersion: version,
        protocolVersion: version,
      }),
    )
    const { signatureValid, encryptedData, mac, ...rest } = answer
    if (!signatureValid || encryptedData === null || mac === null) {
      throw refusePublicly('signatureInvalid', { activationId })
    }
    return compactEnvelope({ encryptedData, mac, ...rest })
  })
}
