import {
  AuthorizeOperationRequest,
  ListMobileOperationsRequest,
  type MobileOperation,
  MobileOperationListResponse,
  MobileOperationRequest,
  MobileOperationResponse,
  RejectMobileOperationRequest,
} from '@cloudsigner/contracts/mobile-token'
import type { OperationDetail } from '@cloudsigner/contracts/powerauth-private'
import { EmptyResponse, ObjectRequest } from '@cloudsigner/contracts/powerauth-public'
import type { HttpServer } from '@cloudsigner/service'
import type { FastifyRequest } from 'fastify'
import { indexDisplayTemplates } from '../../domain/display/display-template.ts'
import { mobileOperationOf, mobileTimestamp } from '../../domain/display/mobile-operation.ts'
import type { PowerAuthContext } from '../../methods/context.ts'
import { approveOperation, rejectOperation } from '../../methods/operation-actions.ts'
import {
  findAllOperationsForUser,
  findPendingOperationsForUser,
  operationClaim,
} from '../../methods/operation-queries.ts'
import { authenticateByToken, possessionTypes, readAuthorization, twoFactorTypes } from './authenticate.ts'
import { requestObject, singleHeader } from './body.ts'
import {
  authenticateActivation,
  authenticateOrCount,
  findVisibleOperation,
  type MobileUser,
  mayApprove,
  requestFacts,
  userOfToken,
} from './mobile-token-access.ts'
import { inMobileTerms, refuseMobile, requirePending } from './mobile-token-errors.ts'
import { operation } from './operation.ts'

const BASE = '/api/auth/token/app/operation'
/** mobile-token-api §2: operations of a list. */
const LIST_LENGTH = 100

/** Operations for the phone: lists and details by token, what is decided by an authentication code. */
export function mobileTokenRoutes(server: HttpServer, context: PowerAuthContext): void {
  const findTemplate = indexDisplayTemplates(context.settings.displayTemplates)
  const show = (request: FastifyRequest, detail: OperationDetail): MobileOperation | undefined => {
    const template = findTemplate(detail.operationType, singleHeader(request, 'accept-language') ?? '')
    return template === undefined ? undefined : mobileOperationOf(detail, template)
  }
  const answer = <T>(responseObject: T) => {
    return { status: 'OK', responseObject, currentTimestamp: mobileTimestamp(context.clock.now()) } as const
  }
  /** What can not be shown is left out. */
  const answerList = (request: FastifyRequest, details: readonly OperationDetail[]) =>
    answer(details.flatMap((detail) => show(request, detail) ?? []))
  const answerOne = (request: FastifyRequest, detail: OperationDetail) => {
    const shown = show(request, detail)
    if (shown === undefined) throw refuseMobile('INVALID_REQUEST', { operationType: detail.operationType })
    return answer(shown)
  }
  const filterFor = ({ userId, applicationId, activationId }: MobileUser) => {
    return { userId, applications: [applicationId], activationId, pageSize: LIST_LENGTH }
  }

  const list = { proof: 'tokenOnly', body: ListMobileOperationsRequest, answer: MobileOperationListResponse } as const
  server.post(`${BASE}/list`, operation('listOperations', list), (request) =>
    inMobileTerms(async () => {
      const user = userOfToken(await authenticateByToken(context, request, possessionTypes))
      return answerList(request, await findPendingOperationsForUser(context, filterFor(user)))
    }),
  )

  const one = {
    proof: 'tokenOnly',
    body: ObjectRequest(MobileOperationRequest),
    answer: MobileOperationResponse,
  } as const
  server.post(`${BASE}/detail`, operation('getOperationDetail', one), (request) =>
    inMobileTerms(async () => {
      const user = userOfToken(await authenticateByToken(context, request, possessionTypes))
      const { id } = requestObject(request, MobileOperationRequest)
      return answerOne(request, await findVisibleOperation(context, id, user))
    }),
  )

  server.post(`${BASE}/detail/claim`, operation('claimOperation', one), (request) =>
    inMobileTerms(async () => {
      const user = userOfToken(await authenticateByToken(context, request, possessionTypes))
      const { id } = requestObject(request, MobileOperationRequest)
      const seen = await findVisibleOperation(context, id, user)
      if (seen.userId === null) requirePending(seen.status)
      return answerOne(request, await operationClaim(context, { operationId: id, userId: user.userId }))
    }),
  )

  const history = {
    proof: 'authorization',
    body: ListMobileOperationsRequest,
    answer: MobileOperationListResponse,
  } as const
  server.post(`${BASE}/history`, operation('getOperationHistory', history), (request) =>
    inMobileTerms(async () => {
      const authentication = await readAuthorization(request, twoFactorTypes)
      const user = await authenticateActivation(context, request, '/operation/history', authentication)
      return answerList(request, await findAllOperationsForUser(context, filterFor(user)))
    }),
  )

  const authorize = {
    proof: 'authorization',
    body: ObjectRequest(AuthorizeOperationRequest),
    answer: EmptyResponse,
  } as const
  server.post(`${BASE}/authorize`, operation('authorizeOperation', authorize), (request) =>
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
  server.post(`${BASE}/cancel`, operation('rejectOperation', reject), (request) =>
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
