import type { AdditionalData, OperationDetail } from '@cloudsigner/contracts/powerauth-private'
import { ServiceError } from '@cloudsigner/service'
import type { FastifyRequest } from 'fastify'
import { isPowerAuthError } from '../../domain/errors.ts'
import type { PowerAuthContext } from '../../methods/context.ts'
import { failApprovalOperation } from '../../methods/operation-actions.ts'
import { operationDetail } from '../../methods/operation-queries.ts'
import { findActivation } from '../../store/activations.ts'
import { type Authentication, authenticate, type TokenAuthentication } from './authenticate.ts'
import { singleHeader } from './body.ts'
import { refuseMobile } from './mobile-token-errors.ts'

/** Who asks, and from which device. */
export interface MobileUser {
  readonly userId: string
  readonly applicationId: string
  readonly activationId: string
  readonly activationFlags: readonly string[]
}

export function userOfToken({ userId, applicationId, activationId, activationFlags }: TokenAuthentication): MobileUser {
  if (userId === null || applicationId === null) throw refuseMobile('POWERAUTH_AUTH_FAIL')
  return { userId, applicationId, activationId, activationFlags }
}

async function findUser({ db }: PowerAuthContext, activationId: string): Promise<MobileUser | undefined> {
  const row = await findActivation(db, activationId)
  if (row === undefined) return undefined
  return { userId: row.user_id, applicationId: row.application_id, activationId, activationFlags: row.flags }
}

/** Verifies the code of a request, and says whose it was. */
export async function authenticateActivation(
  context: PowerAuthContext,
  request: FastifyRequest,
  uriId: string,
  authentication: Authentication,
): Promise<MobileUser> {
  await authenticate(context, request, uriId, authentication)
  const user = await findUser(context, authentication.header.activationId)
  if (user === undefined) throw refuseMobile('POWERAUTH_AUTH_FAIL')
  return user
}

/** The same for an approval: a code that is not valid counts at the operation too. */
export async function authenticateOrCount(
  context: PowerAuthContext,
  request: FastifyRequest,
  authentication: Authentication,
  operationId: string,
): Promise<MobileUser> {
  try {
    return await authenticateActivation(context, request, '/operation/authorize', authentication)
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'ERR_AUTHENTICATION') {
      await countFailure(context, request, authentication, operationId)
    }
    throw error
  }
}

/** Counted where the code claims to come from a device that the operation is for: no stranger fails it for others. */
async function countFailure(
  context: PowerAuthContext,
  request: FastifyRequest,
  authentication: Authentication,
  operationId: string,
): Promise<void> {
  const user = await findUser(context, authentication.header.activationId)
  if (user === undefined) return
  try {
    const seen = await findVisibleOperation(context, operationId, user)
    if (seen.status !== 'PENDING') return
    await failApprovalOperation(context, { operationId, additionalData: requestFacts(request, user, authentication) })
  } catch (error) {
    // Not there, not this device's, or over meanwhile: then there is nothing to count at.
    if (!(error instanceof ServiceError)) throw error
  }
}

/**
 * An operation as this device may see it, whatever its state. Throws INVALID_OPERATION, INVALID_REQUEST for another
 * user's or application's, INVALID_ACTIVATION for another device's, OPERATION_REQUIRES_ACTIVATION_FLAG.
 */
export async function findVisibleOperation(
  context: PowerAuthContext,
  operationId: string,
  user: MobileUser,
): Promise<OperationDetail> {
  const detail = await getOperation(context, operationId)
  const theirs = detail.userId === null || detail.userId === user.userId
  if (!theirs || !detail.applications.includes(user.applicationId)) throw refuseMobile('INVALID_REQUEST')
  if (detail.activationId !== null && detail.activationId !== user.activationId) {
    throw refuseMobile('INVALID_ACTIVATION')
  }
  if (detail.activationFlag !== null && !user.activationFlags.includes(detail.activationFlag)) {
    throw refuseMobile('OPERATION_REQUIRES_ACTIVATION_FLAG', { activationFlag: detail.activationFlag })
  }
  return detail
}

async function getOperation(context: PowerAuthContext, operationId: string): Promise<OperationDetail> {
  try {
    return await operationDetail(context, { operationId })
  } catch (error) {
    if (isPowerAuthError(error) && error.code === 'ERR0034') throw refuseMobile('INVALID_OPERATION', { operationId })
    throw error
  }
}

/** Flags of an identity that is still being verified: nothing is approved by it. */
const verificationFlags = ['VERIFICATION_PENDING', 'VERIFICATION_IN_PROGRESS']

export function mayApprove({ activationFlags }: MobileUser): boolean {
  return !activationFlags.some((flag) => verificationFlags.includes(flag))
}

/** What the server knows of a decision, kept beside the operation. */
export function requestFacts(
  request: FastifyRequest,
  { activationId, applicationId }: MobileUser,
  { signatureType }: Authentication,
): AdditionalData {
  const userAgent = singleHeader(request, 'user-agent')?.slice(0, 255)
  const where = { ipAddress: request.ip, ...(userAgent === undefined ? {} : { userAgent }) }
  return { activationId, applicationId, ...where, authFactor: signatureType }
}
