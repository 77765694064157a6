import { AuthorizeOperationRequest, RejectMobileOperationRequest } from '@cloudsigner/contracts/mobile-token'
import { EmptyResponse, ObjectRequest } from '@cloudsigner/contracts/powerauth-public'
import type { HttpServer } from '@cloudsigner/service'
import type { PowerAuthContext } from '../../methods/context.ts'
import { approveOperation, rejectOperation } from '../../methods/operation-actions.ts'
import { readAuthorization, twoFactorTypes } from './authenticate.ts'
import { requestObject } from './body.ts'
import { OPERATIONS_PATH } from './mobile-token.ts'
import {
  authenticateActivation,
  authenticateOrCount,
  findVisibleOperation,
  mayApprove,
  requestFacts,
} from './mobile-token-access.ts'
import { inMobileTerms, refuseMobile, requirePending } from './mobile-token-errors.ts'
import { operation } from './operation.ts'

/** What the person decides on the phone, each by an authentication code over the whole body. */
export function mobileTokenDecisionRoutes(server: HttpServer, context: PowerAuthContext): void {
  const authorize = {
    proof: 'authorization',
    body: ObjectRequest(AuthorizeOperationRequest),
    answer: EmptyResponse,
  } as const
  server.post(`${OPERATIONS_PATH}/authorize`, operation('authorizeOperation', authorize), (request) =>
    inMobileTerms(async () => {
      const authentication = await readAuthorization(request, ['POSSESSION', ...twoFactorTypes])
      const body = requestObject(request, AuthorizeOperationRequest)
      const user = await authenticateOrCount(context, request, authentication, body.id)
      if (!mayApprove(user)) throw refuseMobile('POWERAUTH_AUTH_FAIL', { reason: 'verification is pending' })
      requirePending((await findVisibleOperation(context, body.id, user)).status)
      const { result, operation: after } = await approveOperation(context, {
        operationId: body.id,
        userId: user.userId,
        applicationId: user.applicationId,
        data: body.data,
        signatureType: authentication.signatureType,
        additionalData: {
          ...requestFacts(request, user, authentication),
          ...(body.proximityCheck ? { proximity_otp: body.proximityCheck.otp } : {}),
          ...(body.mobileTokenData ? { mobileTokenData: body.mobileTokenData } : {}),
        },
      })
      if (result === 'APPROVED') return { status: 'OK' } as const
      requirePending(after.status)
      throw refuseMobile('OPERATION_FAILED', { result })
    }),
  )

  const reject = {
    proof: 'authorization',
    body: ObjectRequest(RejectMobileOperationRequest),
    answer: EmptyResponse,
  } as const
  server.post(`${OPERATIONS_PATH}/cancel`, operation('rejectOperation', reject), (request) =>
    inMobileTerms(async () => {
      const authentication = await readAuthorization(request, ['POSSESSION'])
      const body = requestObject(request, RejectMobileOperationRequest)
      const user = await authenticateActivation(context, request, '/operation/cancel', authentication)
      requirePending((await findVisibleOperation(context, body.id, user)).status)
      const { result } = await rejectOperation(context, {
        operationId: body.id,
        userId: user.userId,
        applicationId: user.applicationId,
        additionalData: {
          ...requestFacts(request, user, authentication),
          ...(body.reason ? { rejectReason: body.reason } : {}),
          ...(body.mobileTokenData ? { mobileTokenData: body.mobileTokenData } : {}),
        },
      })
      if (result === 'REJECTED') return { status: 'OK' } as const
      throw refuseMobile('OPERATION_FAILED', { result })
    }),
  )
}
