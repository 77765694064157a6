/** Where the reference bank is told what happens at PowerAuth and at CloudSigner Server. */
import { type Static, Type } from 'typebox'

export const callbackPaths = { signer: '/callbacks/signer', powerAuth: '/callbacks/powerauth' } as const

/** Who tells it sends the same key with every attempt: a second one with it is answered like the first, and does nothing. */
export const CallbackHeaders = Type.Object({
  'idempotency-key': Type.String({ pattern: '^[\\x21-\\x7e]{1,100}$' }),
})

/**
 * What became of it. `applied`: something is different now. `unchanged`: it was known. `unknown`: of something that is not
 * this bank's. `contradicted`: this bank knows something else for certain.
 */
export const callbackOutcomes = ['applied', 'unchanged', 'unknown', 'contradicted'] as const
export type CallbackOutcome = (typeof callbackOutcomes)[number]

export const CallbackReceipt = Type.Object({
  status: Type.Literal('OK'),
  responseObject: Type.Object({ outcome: Type.Enum([...callbackOutcomes]) }),
})
export type CallbackReceipt = Static<typeof CallbackReceipt>
