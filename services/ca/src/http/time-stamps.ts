import type { HttpServer } from '@cloudsigner/service'
import { answerTimeStamp } from '../actions/time-stamp.ts'
import type { CaContext } from '../context.ts'
import { publicPaths } from '../domain/public-urls.ts'
import { acceptBytes, binaryResponses, bodyBytes, sendBytes } from './binary.ts'

/** RFC 3161 §3.4. */
export function timeStampRoutes(server: HttpServer, context: CaContext): void {
  acceptBytes(server, 'application/timestamp-query')
  server.post(
    publicPaths.tsa,
    {
      schema: {
        consumes: ['application/timestamp-query'],
        response: binaryResponses(['application/timestamp-reply'], 413, 415),
      },
    },
    async (request, reply) =>
      sendBytes(reply, 'application/timestamp-reply', await answerTimeStamp(context, bodyBytes(request.body))),
  )
}
