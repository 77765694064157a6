import { PublicErrorResponse } from '@cloudsigner/contracts/powerauth-public'
import Type, { type TSchema } from 'typebox'

const headers = {
  authorization: Type.Object({ 'x-powerauth-authorization': Type.String() }),
  encryption: Type.Object({ 'x-powerauth-encryption': Type.String() }),
  tokenOnly: Type.Object({ 'x-powerauth-token': Type.String() }),
  token: Type.Object({ 'x-powerauth-token': Type.String(), 'x-powerauth-encryption': Type.String() }),
} as const

/**
 * What OpenAPI says of a route. The body stays bytes until a code is verified over them: handlers validate by the same
 * schemas, at the step where the protocol does.
 */
export function operation(
  operationId: string,
  route: { readonly proof?: keyof typeof headers; readonly body?: TSchema; readonly answer: TSchema },
) {
  return {
    schema: {
      operationId,
      ...(route.proof === undefined ? {} : { headers: headers[route.proof] }),
      ...(route.body === undefined ? {} : { body: route.body }),
      response: { 200: route.answer, '4xx': PublicErrorResponse },
    },
  }
}
