import { type Authority, authorities, type CaContext } from '../context.ts'
import { wholeSecond } from '../domain/moments.ts'
import { CaProblem } from '../domain/problem.ts'
import { type Revocation, type RevocationRequest, revise } from '../domain/revocation.ts'
import { issuerOf } from '../domain/roles.ts'
import { findRevocation, updateRevocation } from '../store/certificates.ts'
import { makeCrl } from './refresh-crl.ts'

/** Revokes, holds or releases, and publishes the CRL that says so. CaProblem 'certificate_not_found' and those of `revise`. */
export async function revoke(
  context: CaContext,
  ca: Authority,
  serialNumber: string,
  request: RevocationRequest,
): Promise<Revocation> {
  assertNoAuthority(context, ca, serialNumber)
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

/** Ending a CA is a ceremony of its own (EJBCA: CA management), and no mistake in a serial number may come to it. */
function assertNoAuthority(context: CaContext, ca: Authority, serialNumber: string): void {
  const isAuthority = authorities(context).some(
    ({ role, certificate }) => issuerOf[role] === ca.role && certificate.serialNumber === serialNumber,
  )
  if (isAuthority)
    throw new CaProblem('not_authorized', "A certification authority's own certificate is not revoked here.")
}

export function certificateNotFound(ca: Authority, serialNumber: string): CaProblem {
  return new CaProblem(
    'certificate_not_found',
    `Certificate with serial number '${serialNumber}' and issuer DN '${ca.certificate.subject.rfc4514}' was not found.`,
  )
}
