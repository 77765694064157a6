import {
  CallbackHeaders,
  type CallbackOutcome,
  CallbackReceipt,
  callbackPaths,
} from '@cloudsigner/contracts/orchestrator'
import { PowerAuthCallback } from '@cloudsigner/contracts/powerauth-private'
import { SignerCallback } from '@cloudsigner/contracts/signer-callbacks'
import type { HttpServer } from '@cloudsigner/service'
import { takePowerAuthCallback, takeSignerCallback } from '../actions/take-callback.ts'
import type { OrchestratorContext } from '../context.ts'
import { refusals } from './problem-answer.ts'

const receipt = (outcome: CallbackOutcome) => ({ status: 'OK' as const, responseObject: { outcome } })

/** Where PowerAuth and the signer tell what happened. What is unknown here is taken note of, and no error. */
export function callbackRoutes(server: HttpServer, context: OrchestratorContext): void {
  const response = { 200: CallbackReceipt, ...refusals(400, 503) }
  server.post(
    callbackPaths.signer,
    {
      schema: {
        summary: 'Be told what happened at CloudSigner Server',
        headers: CallbackHeaders,
        body: SignerCallback,
        response,
      },
    },
    async ({ headers, body }) => receipt(await takeSignerCallback(context, headers['idempotency-key'], body)),
  )
  server.post(
    callbackPaths.powerAuth,
    {
      schema: {
        summary: 'Be told what happened at PowerAuth',
        headers: CallbackHeaders,
        body: PowerAuthCallback,
        response,
      },
    },
    async ({ headers, body }) => receipt(await takePowerAuthCallback(context, headers['idempotency-key'], body)),
  )
}
