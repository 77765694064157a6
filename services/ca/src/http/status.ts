import { ResourceStatus } from '@cloudsigner/contracts/ejbca'
import type { HttpServer } from '@cloudsigner/service'

/** `version` is that of the resource; clients show `revision` as the product. */
const status = { status: 'OK', version: '1.0', revision: 'CloudSigner CA 0.1.0 (EJBCA REST API v1)' }

/** A family's status, which asks nobody who they are. */
export function statusRoute(server: HttpServer, path: string): void {
  server.get(path, { config: { access: 'open' }, schema: { response: { 200: ResourceStatus } } }, async () => status)
}
