import { EmptyResponse } from '@cloudsigner/contracts/powerauth-public'
import type { HttpServer } from '@cloudsigner/service'
import type { PowerAuthContext } from '../../methods/context.ts'
import { authenticate, possessionTypes, readAuthorization } from './authenticate.ts'
import { operation } from './operation.ts'

/** Protocol §8.5. The body is the application's: any content type, any bytes. */
export function signatureRoutes(server: HttpServer, context: PowerAuthContext): void {
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  server.route({
    method: ['GET', 'POST', 'PUT', 'DELETE'],
    url: '/pa/v3/signature/validate',
    ...operation('validateSignature', { proof: 'authorization', answer: EmptyResponse }),
    handler: async (request) => {
      const authentication = await readAuthorization(request, possessionTypes)
      await authenticate(context, request, '/pa/signature/validate', authentication)
      return { status: 'OK' }
    },
  })
}
