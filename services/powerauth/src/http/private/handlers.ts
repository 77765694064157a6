import type { privateMethods } from '@cloudsigner/contracts/powerauth-private'
import type { Static, TSchema } from 'typebox'

type Methods = typeof privateMethods
type Answer<Response extends TSchema | null> = Response extends TSchema ? Static<Response> : undefined

/** One handler for each row of `privateMethods`: requestObject in, responseObject out. */
export type PrivateHandlers = {
  readonly [Name in keyof Methods]: (
    request: Static<Methods[Name]['request']>,
  ) => Answer<Methods[Name]['response']> | Promise<Answer<Methods[Name]['response']>>
}
