import {
  ListMobileOperationsRequest,
  type MobileOperation,
  MobileOperationListResponse,
  MobileOperationRequest,
  MobileOperationResponse,
} from '@cloudsigner/contracts/mobile-token'
import type { OperationDetail } from '@cloudsigner/contracts/powerauth-private'
import { ObjectRequest } from '@cloudsigner/contracts/powerauth-public'
import type { HttpServer } from '@cloudsigner/service'
import type { FastifyRequest } from 'fastify'
import { indexDisplayTemplates } from '../../domain/display/display-template.ts'
import { mobileOperationOf, mobileTimestamp } from '../../domain/display/mobile-operation.ts'
import type { PowerAuthContext } from '../../methods/context.ts'
import {
  findAllOperationsForUser,
  findPendingOperationsForUser,
  operationClaim,
} from '../../methods/operation-queries.ts'
import { authenticateByToken, possessionTypes, readAuthorization, twoFactorTypes } from './authenticate.ts'
import { requestObject, singleHeader } from './body.ts'
import { authenticateActivation, findVisibleOperation, type MobileUser, userOfToken } from './mobile-token-access.ts'
import { inMobileTerms, refuseMobile, requirePending } from './mobile-token-errors.ts'
import { operation } from './operation.ts'

/** Where operations are, below the context path. */
export const OPERATIONS_PATH = '/api/auth/token/app/operation'
/** mobile-token-api §2: operations of a list. */
const LIST_LENGTH = 100

/** What the phone reads: lists and details by token, the history by an authentication code of two factors. */
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
  server.post(`${OPERATIONS_PATH}/list`, operation('listOperations', list), (request) =>
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
  server.post(`${OPERATIONS_PATH}/detail`, operation('getOperationDetail', one), (request) =>
    inMobileTerms(async () => {
      const user = userOfToken(await authenticateByToken(context, request, possessionTypes))
      const { id } = requestObject(request, MobileOperationRequest)
      return answerOne(request, await findVisibleOperation(context, id, user))
    }),
  )

  server.post(`${OPERATIONS_PATH}/detail/claim`, operation('claimOperation', one), (request) =>
    inMobileTerms(async () => {
      const user = userOfToken(await authenticateByToken(context, request, possessionTypes))
      const { id } = requestObject(request, MobileOperationRequest)
      const seen = await findVisibleOperation(context, id, user)
      if (seen.userId === null) requirePending(seen.status)
      answerOne(request, seen) // nobody claims what can not be shown
      return answerOne(request, await operationClaim(context, { operationId: id, userId: user.userId }))
    }),
  )

  const history = {
    proof: 'authorization',
    body: ListMobileOperationsRequest,
    answer: MobileOperationListResponse,
  } as const
  server.post(`${OPERATIONS_PATH}/history`, operation('getOperationHistory', history), (request) =>
    inMobileTerms(async () => {
      const authentication = await readAuthorization(request, twoFactorTypes)
      const user = await authenticateActivation(context, request, '/operation/history', authentication)
      return answerList(request, await findAllOperationsForUser(context, filterFor(user)))
    }),
  )
}
