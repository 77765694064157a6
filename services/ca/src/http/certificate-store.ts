import { bytesEqual } from '@cloudsigner/pki'
import type { HttpServer } from '@cloudsigner/service'
import { Type } from 'typebox'
import { type Authority, authorities, type CaContext } from '../context.ts'
import { CaProblem } from '../domain/problem.ts'
import { publicPaths } from '../domain/public-urls.ts'
import { parseStoreKey } from '../domain/store-key.ts'
import { binaryResponses, sendBytes } from './binary.ts'

const Hash = Type.Optional(Type.String({ maxLength: 64, description: 'Base64 of a SHA-1, or of a key identifier' }))

/** CA certificates: by key identifier, roots by subject, the others by issuer (RFC 4387 §2.1). */
export function certificateStoreRoutes(server: HttpServer, context: CaContext): void {
  const nameHash = (name: { readonly der: Uint8Array }) => context.crypto.digest('SHA-1', name.der)
  const isRoot = ({ certificate }: Authority) => bytesEqual(certificate.subject.der, certificate.issuer.der)
  const matches = (ca: Authority, { sKIDHash, sHash }: { sKIDHash?: string; sHash?: string }, hash: Uint8Array) => {
    if (sKIDHash !== undefined)
      return bytesEqual(ca.certificate.extensions.subjectKeyIdentifier ?? hash.subarray(1), hash)
    if (sHash !== undefined) return bytesEqual(nameHash(ca.certificate.subject), hash)
    return !isRoot(ca) && bytesEqual(nameHash(ca.certificate.issuer), hash)
  }

  server.get(
    publicPaths.certificateStore,
    {
      schema: {
        querystring: Type.Object({ sKIDHash: Hash, sHash: Hash, iHash: Hash }),
        response: binaryResponses(['application/pkix-cert'], 400, 404),
      },
    },
    async (request, reply) => {
      const { sKIDHash, sHash, iHash } = request.query
      const hash = parseStoreKey(sKIDHash ?? sHash ?? iHash)
      const ca = authorities(context).find((candidate) => matches(candidate, request.query, hash))
      if (!ca) throw new CaProblem('ca_not_found', 'There is no such CA certificate here.')
      return sendBytes(reply, 'application/pkix-cert', ca.certificate.der)
    },
  )
}
