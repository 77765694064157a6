import type { Authority, CaContext } from '../context.ts'
import { wholeSecond } from '../domain/moments.ts'
import { CaProblem } from '../domain/problem.ts'
import { type Revocation, type RevocationRequest, revise } from '../domain/revocation.ts'
import { findRevocation, updateRevocation } from '../store/certificates.ts'
import { makeCrl } from './refresh-crl.ts'

/** Revokes, holds or releases, and publishes the CRL that says so. CaProblem 'certificate_not_found' and those of `revise`. */
export async function revoke(
  context: CaContext,
  ca: Authority,
  serialNumber: string,
  request: RevocationRequest,
): Promise<Revocation> {
  const now = context.clock.now()
  const revised = await context.db.transaction().execute(async (transaction) => {
    const current = await findRevocation(transaction, ca.role, serialNumber, 'for update')
    if (!current) throw certificateNotFound(ca, serialNumber)
    const next = revise(current, request, wholeSecond(now))
    await updateRevocation(transaction, ca.role, serialNumber, next, now)
    return next
  })
  context.logger.info({ issuer: ca.name, serialNumber, reason: revised.reason }, 'revocation changed')
  // After the commit: a crash here leaves it to the job, which finds the change.
  await makeCrl(context, ca)
  return revised
}

export function certificateNotFound(ca: Authority, serialNumber: string): CaProblem {
  return new CaProblem(
    'certificate_not_found',
    `Certificate with serial number '${serialNumber}' and issuer DN '${ca.certificate.subject.rfc4514}' was not found.`,
  )
}
