import { buildCrl, parseCrl } from '@cloudsigner/pki'
import { type Authority, authorities, type CaContext } from '../context.ts'
import { after, hour, wholeSecond } from '../domain/moments.ts'
import { crlReasonOf } from '../domain/revocation.ts'
import { hasChangedSince, listRevoked } from '../store/certificates.ts'
import { deleteOldCrls, findLatestCrl, insertCrl, type StoredCrl } from '../store/crls.ts'

/** More rivals for one CRL number in a row than replicas there are. */
const maxAttempts = 20

/** How long CRLs stay after their end: time enough to look into one. */
const retentionDays = 30

/**
 * Makes and stores the next CRL. The number is read before the list: a rival that stored a revocation after our list was read
 * either takes our number, and we begin again, or the one after ours, with that revocation in it.
 */
export async function makeCrl(context: CaContext, ca: Authority): Promise<StoredCrl> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const latest = await findLatestCrl(context.db, ca.role)
    const thisUpdate = wholeSecond(context.clock.now())
    const crl = await signCrl(context, ca, (latest?.number ?? 0) + 1, thisUpdate, latest?.thisUpdate ?? thisUpdate)
    if (!(await insertCrl(context.db, ca.role, crl))) continue
    await deleteOldCrls(context.db, ca.role, after(thisUpdate, -retentionDays * 24 * hour), crl.number)
    context.logger.info({ issuer: ca.name, number: crl.number }, 'CRL made')
    return crl
  }
  throw new Error(`no number for a CRL of ${ca.name} in ${maxAttempts} attempts`)
}

async function signCrl(
  context: CaContext,
  ca: Authority,
  number: number,
  thisUpdate: Date,
  previousUpdate: Date,
): Promise<StoredCrl> {
  const revoked = await listRevoked(context.db, ca.role, previousUpdate)
  const nextUpdate = after(thisUpdate, context.periods.crlHours * hour)
  const crl = await buildCrl(
    {
      issuer: ca.certificate.subject,
      authorityKeyIdentifier: ca.certificate.extensions.subjectKeyIdentifier ?? new Uint8Array(),
      crlNumber: BigInt(number),
      thisUpdate,
      nextUpdate,
      entries: revoked.map(({ serialNumber, reason, revokedAt, invalidityDate }) => ({
        serialNumber,
        revocationDate: wholeSecond(revokedAt),
        reason: reason === 'NOT_REVOKED' ? null : crlReasonOf[reason],
        invalidityDate,
      })),
    },
    ca.signer,
  )
  return { number, thisUpdate, nextUpdate, crl }
}

/** The CRL to serve: the latest, or a new one where that has ended or there is none. */
export async function currentCrl(context: CaContext, ca: Authority): Promise<StoredCrl> {
  const latest = await findLatestCrl(context.db, ca.role)
  return latest && latest.nextUpdate > context.clock.now() ? latest : makeCrl(context, ca)
}

/** Makes the CRLs that are due: half their time gone, or a revocation changed since, whose own CRL a crash may have prevented. */
export async function refreshCrls(context: CaContext): Promise<void> {
  for (const ca of authorities(context)) {
    const latest = await findLatestCrl(context.db, ca.role)
    if (!latest || (await isDue(context, ca, latest))) await makeCrl(context, ca)
  }
}

async function isDue(context: CaContext, ca: Authority, latest: StoredCrl): Promise<boolean> {
  const now = context.clock.now().getTime()
  const halfway = (latest.thisUpdate.getTime() + latest.nextUpdate.getTime()) / 2
  if (now >= halfway) return true
  // One of another installation's key, in a restored database, helps nobody.
  if (parseCrl(latest.crl).issuer.rfc4514 !== ca.certificate.subject.rfc4514) return true
  return hasChangedSince(context.db, ca.role, latest.thisUpdate)
}
