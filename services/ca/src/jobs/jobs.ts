import type { AlternativeName } from '@cloudsigner/pki'
import type { JobQueue } from '@cloudsigner/service'
import { refreshCrls } from '../actions/refresh-crl.ts'
import { renewServiceCertificates } from '../actions/renew-service-certificates.ts'
import type { CaContext } from '../context.ts'

/**
 * Makes CRLs before they are due, and within a minute of a revocation whose own CRL a crash prevented. Renews service certificates when a
 * quarter of their life is left; replicas that did not do it load the new ones at their next start, which comes long before that quarter ends.
 */
export async function startJobs(
  context: CaContext,
  hosts: readonly AlternativeName[],
  queue: JobQueue,
  onRenewed: () => void,
): Promise<void> {
  await queue.every('refresh-crls', 60, () => refreshCrls(context))
  await queue.every('renew-service-certificates', 24 * 3600, async () => {
    if (await renewServiceCertificates(context, hosts)) onRenewed()
  })
}
