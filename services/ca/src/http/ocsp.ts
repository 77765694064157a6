import { buildOcspErrorResponse, decodeBase64, PkiError } from '@cloudsigner/pki'
import type { HttpServer } from '@cloudsigner/service'
import { Type } from 'typebox'
import { answerOcsp } from '../actions/answer-ocsp.ts'
import type { CaContext } from '../context.ts'
import { publicPaths } from '../domain/public-urls.ts'
import { acceptBytes, binaryResponses, bodyBytes, sendBytes } from './binary.ts'

const responseType = 'application/ocsp-response'

/** The second is what Java says of any POST that is told nothing else, as by validators built on its own HTTP. */
const requestTypes = ['application/ocsp-request', 'application/x-www-form-urlencoded']

/** RFC 6960 appendix A: POST with the request as body, GET with its Base64 in the path. */
export function ocspRoutes(server: HttpServer, context: CaContext): void {
  for (const type of requestTypes) acceptBytes(server, type)
  server.post(
    publicPaths.ocsp,
    {
      schema: { consumes: requestTypes, response: binaryResponses([responseType], 400, 413, 415, 431) },
    },
    async (request, reply) => sendBytes(reply, responseType, await answerOcsp(context, bodyBytes(request.body))),
  )

  server.get(
    `${publicPaths.ocsp}/*`,
    {
      schema: {
        params: Type.Object({ '*': Type.String({ maxLength: 4096 }) }),
        response: binaryResponses([responseType], 400, 413, 415, 431),
      },
    },
    async (request, reply) => {
      const der = decodePath(request.params['*'])
      return sendBytes(
        reply,
        responseType,
        der ? await answerOcsp(context, der) : buildOcspErrorResponse('malformedRequest'),
      )
    },
  )
}

/** Null where it is not Base64. */
function decodePath(base64: string): Uint8Array | null {
  try {
    return decodeBase64(base64)
  } catch (error) {
    if (error instanceof PkiError) return null
    throw error
  }
}
